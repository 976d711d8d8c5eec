import type { AnyContract, EventsMap, SocketIoContract } from '@roomful/contract'
import { assertOptions } from './assert-options.ts'
import type { Client } from './client.ts'
import { createClientOver } from './create-client.ts'
import {
  assertLightOptions,
  assertLightSocketOptions,
  type LightClientOptions,
} from './transport/light/light-options.ts'
import { createLightSocketPort } from './transport/light/light-socket-port.ts'

/**
 * Makes a client for one server over a WebSocket, without socket.io-client: the page is 12 kB smaller. There is no fallback
 * to polling. It does nothing until it is used.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for an option of the wrong type, and for one that only `@roomful/client` has, such as
 * `socket.transports` or `existingSocket`; in a build for production only for a wrong url or time.
 * @example
 * import { createClient } from '@roomful/client/light'
 * const client = createClient({ url: 'https://chat.example.com', contract: chat })
 */
export function createClient<C extends AnyContract>(options: LightClientOptions & { readonly contract: C }): Client<C>
export function createClient<S2C extends EventsMap = EventsMap, C2S extends EventsMap = S2C>(
  options: LightClientOptions & { readonly contract?: undefined },
): Client<SocketIoContract<S2C, C2S>>
export function createClient(options: LightClientOptions & { readonly contract?: AnyContract | undefined }): Client {
  if (process.env.NODE_ENV !== 'production') {
    assertLightOptions(options)
    assertOptions(options, assertLightSocketOptions)
  }
  return createClientOver(({ url, socket }, handlers) => createLightSocketPort(url, socket, handlers), options)
}
