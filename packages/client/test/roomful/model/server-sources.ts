// The parts of the server that the model runs, and that the package does not export.
/* oxlint-disable no-restricted-imports -- the model tests the code that ships */
export { continuedFrom, nextEpochs } from '../../../../server/src/log/lineage.ts'
export { placeAfter } from '../../../../server/src/log/log-entry.ts'
export { Metrics } from '../../../../server/src/metrics/metrics.ts'
export { Broadcast } from '../../../../server/src/rooms/delivery/broadcast.ts'
export { Delivery } from '../../../../server/src/rooms/delivery/delivery.ts'
export { FLUSH_MS } from '../../../../server/src/rooms/delivery/pack-buffer.ts'
export type { SocketIoSocket } from '../../../../server/src/socket-io.ts'
