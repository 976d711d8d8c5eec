import { createClient as createLightClient, type ClientOptions } from '@roomful/client/light'

// Stands in for `@roomful/client` where the tests of the stock transport run over the light one (scripts/light): the same
// exports, and a `createClient` that takes the options for WebSockets which the light entry refuses.

export * from '@roomful/client/light'

interface StockOptions extends ClientOptions {
  readonly socket?: ClientOptions['socket'] & { readonly transports?: readonly string[] }
}

/** Throws for a test that needs polling: it is not in the lists of scripts/light. */
export const createClient: typeof createLightClient = (options: StockOptions) => {
  const { transports, ...socket } = options.socket ?? {}
  if (transports && !transports.includes('websocket')) throw new Error('this test needs polling')
  return createLightClient({ ...options, ...(options.socket && { socket }) })
}
