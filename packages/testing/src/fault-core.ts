// The faults of packets, for the mock server and for @roomful/devtools. Nothing here needs Node, Socket.IO or msw.
export { DelayQueue } from './delay-queue.ts'
export type { Direction } from './direction.ts'
export { Faults } from './faults.ts'
export type { ConnectRefusal, FaultName, PacketFilter } from './faults.ts'
export type { Packet } from './packet.ts'
export { seeded } from './random.ts'
