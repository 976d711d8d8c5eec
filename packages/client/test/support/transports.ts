/** Whether `@roomful/client` is the light entry here, which has WebSockets only (scripts/light). */
const isLight = process.env['TRANSPORT'] === 'light'

/** The transports that the tests run over. */
export const transports: readonly string[] = isLight ? ['websocket'] : ['websocket', 'polling']

/** The same, with the upgrade from polling: names as they are in `socket.transports`, separated by a comma. */
export const transportOrders: readonly string[] = isLight ? ['websocket'] : [...transports, 'polling, websocket']

/** The given cases, which need polling: the light entry has none of them. Files of such tests alone end in `.polling.node.test.ts`. */
export const overPolling = <Case>(...cases: Case[]): Case[] => (isLight ? [] : cases)
