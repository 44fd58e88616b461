// A verifier of Quorate's certificates and statements, written from ../CERTIFICATE.md alone. It needs nothing but Web Crypto:
// Node 18 or later, or a page on https in a browser that has Ed25519. Checks and fields bear the document's names.
//
//     node verify.mjs FILE CHARTER [CONTENT]                  exit 0: it holds; 10: it does not
//     import { verify } from "./verify.mjs"                   await verify(file, charter, contentHash), Uint8Arrays

const { crypto } = globalThis.crypto ? globalThis : { crypto: (await import("node:crypto")).webcrypto };

const need = (holds, what) => {
  if (!holds) throw new Error(what);
};

// ------------------------------------------------------------------------------------------------------------- bytes

const ascii = (text) => new TextEncoder().encode(text);
const utf8 = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const number = (bytes) => BigInt(`0x${hex(bytes) || "0"}`);
const bigEndian = (value, size) => Uint8Array.from(BigInt(value).toString(16).padStart(2 * size, "0").match(/../g), (digits) => parseInt(digits, 16));
const same = (one, another) => hex(one) === hex(another);
const hash = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", join(...parts)));

/** The y of points of small order; and the field's prime, from which on a y is not canonical. */
const SMALL_ORDER = [0n, 1n, 2n ** 255n - 20n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n];
const PRIME = 2n ** 255n - 19n;
const isPlainPoint = (bytes) => {
  const y = number([...bytes].reverse()) & (2n ** 255n - 1n);
  return y < PRIME && !SMALL_ORDER.includes(y);
};
const isSigned = async (key, message, signature) => {
  if (!isPlainPoint(key) || !isPlainPoint(signature.subarray(0, 32))) return false;
  const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]).catch(() => null);
  return imported !== null && crypto.subtle.verify("Ed25519", imported, signature, message);
};

// -------------------------------------------------------------------------------------------------------------- JSON

/** JSON with integers as BigInt and objects as Map. JSON.parse sees that it is JSON, but lets a key come twice and rounds. */
const parse = (bytes) => {
  need(bytes.length <= 4_194_304, "too large");
  const text = utf8(bytes);
  JSON.parse(text);
  const tokens = text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]|[^ \t\n\r,:[\]{}"]+/g);
  const value = () => {
    const [token] = tokens.next().value;
    if (token === "[" || token === "{") {
      const items = [];
      for (let item = value(); item !== END; item = value()) items.push(item);
      if (token === "[") return items;
      const found = new Map(items.flatMap((key, i) => (i % 2 ? [] : [[key, items[i + 1]]])));
      need(2 * found.size === items.length, "a key twice");
      return found;
    }
    if (token === "]" || token === "}") return END;
    if (!/^[-0-9]/.test(token)) return JSON.parse(token);
    need(token.length <= 20 && /^(?:0|-?[1-9][0-9]*)$/.test(token), "no plain integer");
    return BigInt(token);
  };
  return value();
};
const END = Symbol("the end of an array or object");
/** Parsed JSON without white space, its keys in the order that they came in. */
const write = (value) => {
  if (Array.isArray(value)) return `[${value.map(write).join()}]`;
  if (value instanceof Map) return `{${[...value].map((entry) => entry.map(write).join(":")).join()}}`;
  return typeof value === "bigint" ? String(value) : JSON.stringify(value);
};

// ------------------------------------------------------------------------------------------------------- MessagePack

const lengthOf = (length, [smallTag, most, ...tags]) => {
  if (length <= most) return [smallTag | length];
  const i = [256, 65536, 4294967296].slice(-tags.length).findIndex((end) => length < end);
  return [tags[i], ...bigEndian(length, [1, 2, 4].slice(-tags.length)[i])];
};
const packInteger = (value) => {
  if (value >= -32n && value < 128n) return [Number(value & 255n)];
  const i = [8, 16, 32, 64].findIndex((bits) => value === (value < 0n ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)));
  return [(value < 0n ? 0xd0 : 0xcc) + i, ...bigEndian(BigInt.asUintN(8 << i, value), 1 << i)];
};
const pack = (value) => {
  if (value === null) return Uint8Array.of(0xc0);
  if (typeof value === "boolean") return Uint8Array.of(value ? 0xc3 : 0xc2);
  if (typeof value === "bigint") return Uint8Array.from(packInteger(value));
  if (typeof value === "string") return join(lengthOf(ascii(value).length, [0xa0, 31, 0xd9, 0xda, 0xdb]), ascii(value));
  if (value instanceof Uint8Array) return join(lengthOf(value.length, [0, -1, 0xc4, 0xc5, 0xc6]), value);
  if (Array.isArray(value)) return join(lengthOf(value.length, [0x90, 15, 0xdc, 0xdd]), ...value.map(pack));
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return join(lengthOf(entries.length, [0x80, 15, 0xde, 0xdf]), ...entries.flat().map(pack));
};
const unpack = (bytes, read) => {
  let at = 0;
  const take = (size) => (need(at + Number(size) <= bytes.length, "too short"), bytes.subarray(at, (at += Number(size))));
  const array = (count, depth) => {
    need(depth > 0 && count <= bytes.length, "too deep or too short");
    return Array.from({ length: Number(count) }, () => value(depth - 1));
  };
  const value = (depth) => {
    const [tag] = take(1);
    if (tag < 0x80 || tag >= 0xe0) return BigInt.asIntN(8, BigInt(tag));
    if (tag >= 0x90 && tag < 0xa0) return array(tag & 15, depth);
    if (tag >= 0xa0 && tag < 0xc0) return utf8(take(tag & 31));
    if (tag === 0xc0) return null;
    if (tag === 0xc2 || tag === 0xc3) return tag === 0xc3;
    if (tag >= 0xc4 && tag <= 0xc6) return take(number(take(1 << (tag - 0xc4))));
    if (tag >= 0xcc && tag <= 0xcf) return number(take(1 << (tag - 0xcc)));
    if (tag >= 0xd0 && tag <= 0xd3) return BigInt.asIntN(8 << (tag - 0xd0), number(take(1 << (tag - 0xd0))));
    if (tag >= 0xd9 && tag <= 0xdb) return utf8(take(number(take(1 << (tag - 0xd9)))));
    need(tag === 0xdc || tag === 0xdd, "a map, a float or an extension");
    return array(number(take(tag === 0xdc ? 2 : 4)), depth);
  };
  const found = value(32);
  need(at === bytes.length && same(pack(found), bytes), "not canonical");
  return read(found);
};

// ------------------------------------------------------- forms: each takes a value and returns what was read, or throws

const only = (holds) => (value) => (need(holds(value), "of another form"), value);
const oneOf = (...words) => only((value) => words.includes(value));
const natural = (most = 2n ** 63n - 1n, least = 0n) => only((value) => typeof value === "bigint" && value >= least && value <= most);
const text = (pattern = /^/) => only((value) => typeof value === "string" && !/\p{Surrogate}/u.test(value) && pattern.test(value));
const binary = (length) => only((value) => value instanceof Uint8Array && [undefined, value.length].includes(length));
const hexOf = (length) => (value) => {
  need(/^(?:[0-9a-f]{2})*$/.test(text()(value)) && [undefined, value.length / 2].includes(length), "no such bytes");
  return Uint8Array.from(value.match(/../g) ?? [], (digits) => parseInt(digits, 16));
};
const maybe = (read) => (value) => (value === null ? null : read(value));
const list = (read, most = Infinity) => (value) => only((items) => Array.isArray(items) && items.length <= most)(value).map((item) => read(item));
const array = (...reads) => (value) => (need(Array.isArray(value) && value.length === reads.length, "another array"), reads.map((read, i) => read(value[i])));
const object = (forms, inOrder = false) => (value) => {
  need(value instanceof Map && value.size === Object.keys(forms).length, "another object");
  need(Object.keys(forms).every((name, i) => (inOrder ? [...value.keys()][i] === name : value.has(name))), "other keys");
  return Object.fromEntries(Object.entries(forms).map(([name, read]) => [name, read(value.get(name))]));
};

const [flag, n, t] = [oneOf(true, false), natural(), text()];
const [digest, pairs, activity] = [binary(32), list(array(t, t)), oneOf("active", "suspended")];
const ROLES = ["platform", "registrar", "institution", "notary", "regulator"];
const HEADER = array(natural(undefined, 1n), digest, n, digest, n, digest, digest, digest, digest, digest);
const TRANSACTION = array(n, n, only((value) => Array.isArray(value) && typeof value[0] === "string"), maybe(t), n);
const RECEIPT = only((value) => {
  const [, status, refusals] = array(digest, oneOf("accepted", "refused"), list(array(t, t, n, t, pairs, maybe(n))), list(array(t, pairs)))(value);
  return (status === "refused") === (refusals.length > 0);
});
const REPORT = list(array(t, n, n));
const RECORDS = {
  token: array(t, oneOf("minted", "issued", "burned"), n, n, maybe(t), n, maybe(t), n, list(array(t, n)), maybe(t)),
  series: array(t, t, t, n, list(t), pairs, array(t, t, t), n, n, n, flag, maybe(n), list(t), maybe(t), n, n, maybe(t)),
  work: array(t, t, t, t, digest, t, t, list(t), oneOf("clear", "waiting", "rejected"), maybe(t), maybe(t), n, maybe(t)),
  account: array(t, maybe(oneOf(...ROLES)), flag, maybe(digest), digest, list(t), activity, activity, n, binary(), n, n, maybe(t), n, n, flag, n, n),
  wind_down: array(t, n, n),
  choice: array(t, oneOf("hold", "refund")),
  content: array(t),
};

const MEMBER = object({ id: text(/^[a-z0-9][a-z0-9-]{0,31}$/), name: t, name_zh: t, role: oneOf(...ROLES), votes: flag, node_key: hexOf(32), operator_key: hexOf(32) });
const byName = (read) => (value) => {
  const entries = [...only((map) => map instanceof Map)(value)].map(([name, entry]) => [t(name), read(entry)]);
  return new Map(entries.sort(([a], [b]) => (hex(ascii(a)) < hex(ascii(b)) ? -1 : 1)));
};
const CHARTER = object({ version: natural(1n, 1n), name: t, founded_ms: n, members: list(MEMBER), parameters: byName(natural(undefined, 1n - 2n ** 63n)),
  policies: byName(t), chains: list(t) });
const readCharter = async (bytes) => {
  const value = parse(bytes);
  need(value instanceof Map, "no object");
  const charter = CHARTER(new Map([["policies", new Map()], ["chains", []], ...value]));
  const voters = charter.members.filter((member) => member.votes);
  const differ = (values) => new Set(values).size === values.length;
  need(voters.length > 0 && differ(charter.members.map((member) => member.id)) && differ(voters.map((member) => hex(member.node_key))), "twice");
  if (charter.policies.size === 0) delete charter.policies;
  if (charter.chains.length === 0) delete charter.chains;
  return {
    chain: await hash(ascii("quorate/charter/1\0"), pack(charter)),
    committee: await hash(ascii("quorate/committee/1\0"), pack(voters.map((member) => [member.id, member.node_key]))),
    keys: voters.map((member) => member.node_key),
    quorum: Math.ceil((voters.length + Math.floor((voters.length - 1) / 3) + 1) / 2),
  };
};

const votes = (inOrder) => list(object({ sender: n, index: n, count: n, path: list(hexOf(32), 32), signature: hexOf(64) }, inOrder), 1024);
const ACCOUNT = text(/^[a-z0-9][a-z0-9.-]{0,63}$/);
const ENVELOPE = object({ account: ACCOUNT, public_key: hexOf(32), count: n, index: n, path: list(hexOf(32), 32), signature: hexOf(64) });
const BLOCK = object({ sides: text(/^[lr]{0,32}$/), transaction_path: list(hexOf(32)), receipt_path: list(hexOf(32)) });
const CERTIFICATE = object({ format: oneOf("quorate-certificate/1"), chain: hexOf(32), header: hexOf(), votes: votes(false), envelope: ENVELOPE,
  transaction: hexOf(), block: BLOCK, receipt: hexOf() });
const readCertificate = (content) => {
  const file = CERTIFICATE(content);
  need([file.block.transaction_path, file.block.receipt_path].every((path) => path.length === file.block.sides.length), "paths of other lengths");
  return file;
};

const TOKEN = text(/^[a-z0-9][a-z0-9-]{0,47}-(?:(?!0000)[0-9]{4}|10000)$/);
const SUBJECTS = { ownership: TOKEN, copyright: text(/^[a-z0-9][a-z0-9-]{0,47}$/), absence: TOKEN, holdings: ACCOUNT, compliance: text(/^[1-9][0-9]{0,17}$/) };
const LEAF = object({ kind: oneOf("leaf"), depth: oneOf(null), parts: array(hexOf(32), hexOf(32)) }, true);
const BRANCH = object({ kind: oneOf("branch"), depth: natural(255n), parts: array(hexOf(32), hexOf(32), hexOf(32)) }, true);
const ROW = object({ key: text(/^[a-z0-9._/-]{1,256}$/), value: maybe(hexOf()), steps: list(object({ depth: natural(255n), sibling: hexOf(32) }, true), 256),
  other: maybe((value) => (value instanceof Map && value.get("kind") === "leaf" ? LEAF : BRANCH)(value)) }, true);
const STATEMENT = object({ format: oneOf("quorate-statement/1"), chain: hexOf(32), kind: oneOf(...Object.keys(SUBJECTS)), subject: t, header: hexOf(),
  votes: votes(true), rows: list(ROW, 8), report: maybe(hexOf()) }, true);
const readStatement = (content, bytes) => {
  const file = STATEMENT(content);
  SUBJECTS[file.kind](file.subject);
  need(same(ascii(write(content)), bytes), "the same content in other bytes");
  return file;
};

// ------------------------------------------------------------------------------------------------------------- trees

const leaf = (bytes) => hash([0], bytes);
const node = (left, right) => hash([1], left, right);
const rootAt = async (start, index, count, path) => {
  need(index < count && (count === 1n) === (path.length === 0), "a misshapen path");
  if (count === 1n) return start;
  const half = 1n << BigInt((count - 1n).toString(2).length - 1);
  const [below, top] = [path.slice(0, -1), path.at(-1)];
  if (index < half) return node(await rootAt(start, index, half, below), top);
  return node(top, await rootAt(start, index - half, count - half, below));
};
const rootBySides = async (start, sides, path) => {
  let found = start;
  for (const [i, sibling] of path.entries()) found = await (sides[i] === "l" ? node(sibling, found) : node(found, sibling));
  return found;
};
const branch = (depth, common, left, right) => hash([1], bigEndian(depth, 2), bigEndian(common, 32), left, right);
const stateRoot = async ({ key, value, steps, other }) => {
  const hashed = await hash(ascii(key));
  const bits = (bytes, count) => number(bytes) >> (256n - count);
  need(steps.every((step, i) => i === 0 || step.depth > steps[i - 1].depth), "depths do not rise");
  const known = steps.length ? steps.at(-1).depth + 1n : 0n;
  let found;
  if (value !== null) {
    need(other === null, "a value beside another");
    found = await hash([0], hashed, await hash(value));
  } else if (other === null) {
    need(steps.length === 0, "steps to nothing");
    found = new Uint8Array(32);
  } else if (other.depth === null) {
    need(!same(other.parts[0], hashed) && bits(other.parts[0], known) === bits(hashed, known), "no neighbour");
    found = await hash([0], ...other.parts);
  } else {
    const common = number(other.parts[0]);
    need(other.depth >= known && common >> other.depth === 0n && common !== bits(hashed, other.depth), "no neighbour");
    need(common >> (other.depth - known) === bits(hashed, known), "no neighbour");
    found = await branch(other.depth, common, other.parts[1], other.parts[2]);
  }
  for (const { depth, sibling } of [...steps].reverse()) {
    const right = bits(hashed, depth + 1n) & 1n;
    found = await branch(depth, bits(hashed, depth), ...(right ? [sibling, found] : [found, sibling]));
  }
  return found;
};

// ------------------------------------------------------------------------------------------------------------ checks

const isGoodVote = async (charter, header, bytes, { sender, index, count, path, signature }) => {
  const key = charter.keys[Number(sender)];
  if (!key) return false;
  const digest = await hash(ascii("quorate/header/1\0"), charter.chain, bytes);
  const root = await rootAt(await leaf(pack(["block-vote", header[0], digest])), index, count, path).catch(() => null);
  return root !== null && isSigned(key, join(ascii("quorate/bundle/1\0"), charter.chain, pack([header[2], sender, count]), root), signature);
};
const goodVotes = async (charter, header, { header: bytes, votes }) => {
  const found = await Promise.all(votes.map((vote) => isGoodVote(charter, header, bytes, vote)));
  return votes.filter((_, i) => found[i]).map((vote) => vote.sender);
};
const transactionOf = async (file) => {
  const transaction = unpack(file.transaction, TRANSACTION);
  return { transaction, id: await hash(ascii("quorate/transaction/1\0"), file.chain, pack([file.envelope.account, file.envelope.public_key, transaction])) };
};

const recordOf = ({ key, value }) => (value === null ? null : unpack(value, RECORDS[key.split("/")[0]]));
/** Whether the rows have these keys; those of a pattern that ends in ! must exist, in ? need not, in - must not. */
const haveRows = (rows, ...wanted) => rows.length === wanted.length && wanted.every((key, i) => {
  const there = rows[i].key === key.slice(0, -1) && (recordOf(rows[i]) === null ? "?-" : "?!");
  return there && there.includes(key.at(-1));
});
const seriesOf = (token) => token.slice(0, token.lastIndexOf("-"));
const SUBJECT_HOLDS = {
  ownership: ({ subject, rows }) => {
    const series = seriesOf(subject);
    if (!haveRows(rows.slice(0, 2), `token/${subject}!`, `series/${series}!`)) return false;
    const [[owner, state], [work, issuer]] = rows.slice(0, 2).map(recordOf);
    return state !== "burned" && haveRows(rows.slice(2), `work/${work}!`, `account/${owner}!`, `wind_down/series/${series}?`,
      `wind_down/platform/${issuer}?`, `choice/${subject}?`);
  },
  copyright: ({ subject, rows }) => haveRows(rows.slice(0, 1), `work/${subject}!`) &&
    haveRows(rows.slice(1), `content/${hex(recordOf(rows[0])[4])}!`) && recordOf(rows[1])[0] === subject,
  absence: ({ subject, rows }) => haveRows(rows, `token/${subject}-`, `series/${seriesOf(subject)}?`),
  holdings: ({ subject, rows }) => haveRows(rows, `account/${subject}?`),
  compliance: ({ subject, rows }, header) => rows.length === 0 && subject === String(header[0]),
};

/** Each check: its name, what it rests on, and what it asks; it fails where that is false or cannot be read. */
const checksOf = (bytes, charterBytes, contentHash) => {
  let isStatement = false, content, file, charter, header;
  try {
    content = parse(bytes);
    isStatement = content instanceof Map && content.get("format") === "quorate-statement/1";
  } catch { /* `format` says so. */ }
  const block = [
    ["format", [], () => (file = isStatement ? readStatement(content, bytes) : readCertificate(content))],
    ["charter", [], async () => (charter = await readCharter(charterBytes))],
    ["chain", ["format", "charter"], () => same(file.chain, charter.chain)],
    ["header", ["format"], () => (header = unpack(file.header, HEADER))],
    ["committee", ["chain", "header"], () => header[2] === 0n && same(header[9], charter.committee) &&
      file.votes.every((vote) => vote.sender < charter.keys.length)],
    ["votes", ["chain", "header"], async () => (await goodVotes(charter, header, file)).length === file.votes.length &&
      file.votes.every((vote, i) => i === 0 || vote.sender > file.votes[i - 1].sender)],
    ["quorum", ["chain", "header"], async () => new Set(await goodVotes(charter, header, file)).size >= charter.quorum],
  ];
  const ofStatement = [
    ["rows", ["header"], async () => (await Promise.all(file.rows.map(stateRoot))).every((root) => same(root, header[7]))],
    ["subject", ["rows"], () => SUBJECT_HOLDS[file.kind](file, header)],
    ["report", ["header"], async () => (file.kind === "compliance" ? unpack(file.report ?? [], REPORT) &&
      same(await hash(ascii("quorate/compliance/1\0"), file.report), header[8]) : file.report === null)],
  ];
  const ofCertificate = [
    ["transaction", ["chain"], () => transactionOf(file)],
    ["transaction signature", ["transaction"], async () => {
      const { account, public_key: key, count, index, path, signature } = file.envelope;
      const root = await rootAt((await transactionOf(file)).id, index, count, path);
      return isSigned(key, join(ascii("quorate/envelope/1\0"), file.chain, pack([account, key, count]), root), signature);
    }],
    ["transaction path", ["header", "transaction"], async () =>
      same(await rootBySides((await transactionOf(file)).id, file.block.sides, file.block.transaction_path), header[5])],
    ["receipt", ["format"], () => unpack(file.receipt, RECEIPT)],
    ["receipt path", ["header", "receipt"], async () => same(await rootBySides(await leaf(file.receipt), file.block.sides, file.block.receipt_path), header[6])],
    ["receipt matches transaction", ["transaction", "receipt"], async () => same(unpack(file.receipt, RECEIPT)[0], (await transactionOf(file)).id)],
  ];
  const ofContent = isStatement
    ? ["content", ["subject"], () => ["ownership", "copyright"].includes(file.kind) &&
        same(recordOf(file.rows[file.kind === "ownership" ? 2 : 0])[4], contentHash)]
    : ["content", ["transaction"], async () => {
        const [name, ...operands] = (await transactionOf(file)).transaction[2];
        return name === "register_work" && operands[5] instanceof Uint8Array && same(operands[5], contentHash);
      }];
  return [...block, ...(isStatement ? ofStatement : ofCertificate), ...(contentHash ? [ofContent] : [])];
};

/** Whether `file` holds under `charter`, and each check's name and outcome. All are Uint8Arrays; the hash may be missing. */
export const verify = async (file, charter, contentHash) => {
  const outcomes = new Map();
  for (const [name, restsOn, holds] of checksOf(file, charter, contentHash)) {
    const skipped = restsOn.some((other) => outcomes.get(other) !== "passed");
    const passes = async () => { try { return await holds(); } catch { return false; } };
    outcomes.set(name, skipped ? "skipped" : (await passes()) ? "passed" : "failed");
  }
  return { holds: [...outcomes.values()].every((outcome) => outcome === "passed"), checks: [...outcomes] };
};

const started = globalThis.process?.argv[1] && (await import("node:url")).pathToFileURL(process.argv[1]).href;
if (started === import.meta.url) {
  const { readFileSync } = await import("node:fs");
  if (process.argv.length < 4 || process.argv.length > 5) {
    console.error("Usage: node verify.mjs FILE CHARTER [CONTENT]");
    process.exit(2);
  }
  const [file, charter, content] = process.argv.slice(2).map((path) => new Uint8Array(readFileSync(path)));
  const verdict = await verify(file, charter, content && (await hash(content)));
  for (const [name, outcome] of verdict.checks) console.log(`${outcome.padEnd(8)} ${name}`);
  process.exitCode = verdict.holds ? 0 : 10;
}
