import { defineElement, mountPanel } from './panel/element.ts'

export type { DevtoolsOptions, RoomfulDevtoolsElement } from './panel/element.ts'

/**
 * Adds a small button to the page that opens the devtools of a client, and records the client from now on. Call it where the
 * client is made, so that the first connection is recorded. Returns what removes it.
 *
 * In a build for production it does nothing, and a bundler leaves the panel out: `@roomful/devtools/production` has it in any build.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for anything but a client of `createClient()`.
 * @example
 * export const client = createClient({ url, rooms: roomful() })
 * mountRoomfulDevtools(client)
 */
export const mountRoomfulDevtools: typeof mountPanel =
  process.env.NODE_ENV === 'production' ? () => () => {} : mountPanel

/** Registers `<roomful-devtools>`, whose property `client` takes a client. In a build for production it does nothing. */
export const defineRoomfulDevtools: typeof defineElement =
  process.env.NODE_ENV === 'production' ? () => {} : defineElement
