export * from './exports.ts'
export { createClient } from './create-socket-io-client.ts'
export type { ClientOptions, ExistingSocketOptions } from './options.ts'
export type { ExistingSocket, SocketOptions, TlsData } from './transport/socket-port.ts'
