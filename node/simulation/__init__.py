"""Whole nodes in virtual time: the second driver of `node.core`, beside `node.driver`, under a seed.

agenda      what is still to happen, in order            chance      one seed, many streams
profiles    how far members are from each other          links       the bus, with its faults
keyring     ideal signatures, or Ed25519                 disk        storage that loses what was not synced
member      one core with its clock, disk and timers     surroundings   what it needs of others
reading     each frame opened once for all members       world       all of them: `Simulation`
"""

from network.policy import LinkPolicy as LinkPolicy
from node.simulation.keyring import Crypto as Crypto
from node.simulation.links import Handle as Handle
from node.simulation.member import Said as Said
from node.simulation.member import SimulatedMember as SimulatedMember
from node.simulation.member import Wrapper as Wrapper
from node.simulation.world import Simulation as Simulation
