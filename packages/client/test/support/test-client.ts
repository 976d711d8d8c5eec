import {
  createClient,
  type Client,
  type ClientOptions,
  type ConnectionState,
  type InspectEvent,
  roomful,
  type RoomfulOptions,
} from '@roomful/client'
import { onTestFinished } from 'vitest'

type Status = ConnectionState['status']
type Of<S extends Status> = Extract<ConnectionState, { status: S }>

/** Short waits, so that tests are quick. A test of the waits gives its own. */
export const soon = { minDelayMs: 5, maxDelayMs: 20 }

/** An untyped client that reconnects quickly and is closed with the test. */
export function startClient(url: string, options: Partial<ClientOptions> = {}): Client {
  const client = createClient({ url, reconnect: soon, ...options })
  onTestFinished(client.close)
  return client
}

/** The same for a server that speaks roomful/1. */
export function startRoomful(
  url: string,
  { outbox, ...options }: Partial<ClientOptions> & RoomfulOptions = {},
): Client {
  return startClient(url, { rooms: roomful({ ...(outbox && { outbox }) }), ...options })
}

/** Waits for a state; the current one counts. */
export function until<S extends Status>(
  { connection }: Pick<Client, 'connection'>,
  status: S,
  matches: (state: Of<S>) => boolean = () => true,
): Promise<Of<S>> {
  return new Promise((resolve) => {
    const check = (state: ConnectionState): void => {
      if (state.status !== status || !matches(state as Of<S>)) return
      unsubscribe()
      resolve(state as Of<S>)
    }
    const unsubscribe = connection.subscribe(check)
    check(connection.getState())
  })
}

/** Every status of the client from now on, the current one first. */
export function recordStatuses({ connection }: Pick<Client, 'connection'>): Status[] {
  const statuses = [connection.getState().status]
  connection.subscribe(({ status }) => statuses.push(status))
  return statuses
}

/** Records everything that a client tells `inspect`: give `inspect` as the option. */
export function recordInspect() {
  const events: InspectEvent[] = []
  const ofType = <T extends InspectEvent['type']>(type: T) =>
    events.filter((event): event is Extract<InspectEvent, { type: T }> => event.type === type)
  return { events, ofType, inspect: (event: InspectEvent): void => void events.push(event) }
}

/** The rejection of a promise that must reject. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`expected a rejection, got ${JSON.stringify(value)}`)
    },
    (error: unknown) => error,
  )
}
