export * from './exports.ts'
export { createClient } from './create-light-client.ts'
export type {
  LightClientOptions as ClientOptions,
  LightSocketOptions as SocketOptions,
  WebSocketClass,
} from './transport/light/light-options.ts'
