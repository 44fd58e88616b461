"""One member: the pure core and its drivers, keys, storage, gateway, traces."""
