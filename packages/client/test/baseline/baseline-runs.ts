import {
  type Client,
  createClient,
  createLostConnection,
  createPresence,
  createTimeline,
  createTyping,
  defineContract,
  type OutboxStorage,
  persistentOutbox,
  plainRooms,
  type ReadonlyStore,
  roomful,
  typeOnly,
} from '@roomful/client'

// Each run uses the client against a real server and returns the results.

/** No server listens there. */
const UNREACHABLE = 'http://127.0.0.1:9'
const socket = { transports: ['websocket'] }
const reconnect = { minDelayMs: 5, maxDelayMs: 20 }
const lobby = defineContract({
  room: { message: typeOnly<{ text: string }>() },
  user: typeOnly<{ id: string }>(),
  presence: typeOnly<{ status: string }>(),
})

export async function runPlain(url: string): Promise<object> {
  const client = createClient({ url, socket, reconnect, rooms: plainRooms() })
  const statuses: unknown[] = []
  const unwatch = createLostConnection(client, { lostAfterMs: 0 }).subscribe((status) => statuses.push(status))
  await client.connect()
  const room = await client.join('general')
  const heard = next((listener) => room.on('message', ({ text }: { text: string }) => listener(text)))
  const stopFailing = room.on('message', () => {
    throw new Error('the app fails')
  })
  const { confirmed } = await room.send({ text: 'hello' })

  const aborting = new AbortController()
  const aborted = failure(client.with({ signal: aborting.signal }).emitWithAck('silence'))
  const lateRoom = client.room('late')
  const timeline = createTimeline(lateRoom, 'message')
  const joining = lateRoom.join()
  const abortedEmit = failure(lateRoom.with({ signal: aborting.signal }).send({ text: 'aborted' }))
  const discarded = failure(timeline.send({ text: 'discarded' }))
  for (const entry of timeline.state.getState().entries)
    if (entry.kind === 'message' && entry.data.text === 'discarded') timeline.discard(entry.key)
  aborting.abort()
  const results = {
    status: client.status,
    emitted: client.emit('note', 'hello'),
    answer: await client.emitWithAck('echo', 'hello'),
    binary: await client.emitWithAck('sizeOf', Uint8Array.of(1, 2)),
    heard: await heard,
    confirmed,
    timeout: await failure(client.timeout(20).emitWithAck('silence')),
    aborted: await aborted,
    abortedBefore: await failure(client.with({ signal: aborting.signal }).emitWithAck('echo', 1)),
    abortedConnect: await failure(client.connect({ signal: aborting.signal })),
    abortedEmit: await abortedEmit,
    discarded: await discarded,
    late: (await joining).status,
    wasRestored: statuses.join(),
  }
  timeline.close()
  stopFailing()
  await room.leave() // the room is not in use any more
  client.disconnect()
  const after = { left: room.status, disconnected: client.status }
  unwatch()
  client.close()
  return { ...results, ...after }
}

/** Without `crypto` it calls `polyfill` after the refusal. */
export async function runRoomful(url: string, polyfill: () => void): Promise<object> {
  Math.random = () => 0.5 // it may spread retries, and must not make a cid or an id
  let refusal
  if (typeof crypto === 'undefined') {
    refusal = await failure(Promise.resolve().then(() => roomful()))
    polyfill()
  }

  const connect = (name: string, rooms = roomful()) =>
    createClient({ url, contract: lobby, auth: { name }, socket, reconnect, rooms })
  const [ann, bob] = [connect('ann'), connect('bob')]
  const [annRoom, bobRoom] = await Promise.all([ann.join('general'), bob.join('general')])
  const [annTyping, bobTyping] = [createTyping(annRoom), createTyping(bobRoom)]
  const [annPresence, bobPresence] = [createPresence(annRoom), createPresence(bobRoom)]

  annTyping.keystroke()
  await until(bobTyping.state, (users) => users[0]?.id === 'ann')
  annPresence.set({ status: 'online' })
  await until(bobPresence.others, (others) => others.get('ann')?.presence?.status === 'online')
  const heard = next((listener) => bobRoom.on('message', ({ text }, { from }) => listener(`${from?.id}: ${text}`)))
  const [annReceipt, bobReceipt] = [await annRoom.send({ text: 'hello' }), await bobRoom.send({ text: 'hello, ann' })]
  const aborting = new AbortController()
  const aborted = failure(annRoom.with({ signal: aborting.signal }).send({ text: 'aborted' }))
  aborting.abort()

  const carol = connect('carol')
  const timeline = createTimeline(carol.room('general'), 'message', { initial: 50 })
  await carol.join('general')
  await until(timeline.state, ({ status }) => status === 'ready')
  const results = {
    refusal,
    heard: await heard,
    confirmed: annReceipt.confirmed,
    pages: new Set([annReceipt, bobReceipt].map(({ id }) => id?.split(':')[0])).size,
    aborted: await aborted,
    history: textsIn((await bobRoom.history()).messages).slice(0, 2),
    timeline: textsIn([...timeline.state.getState().entries]).slice(0, 2),
    reloaded: await reload(url, connect),
    withoutStorage: await storageOf(connect('dan', roomful({ outbox: persistentOutbox() }))),
  }
  timeline.close()
  annTyping.close()
  bobTyping.close()
  for (const client of [ann, bob, carol]) client.close()
  return results
}

/** A page is closed with a message that was not sent; the next page sends it. Returns the text that the room got. */
async function reload(
  url: string,
  connect: (name: string, rooms: ReturnType<typeof roomful>) => Lobby,
): Promise<string> {
  const records = new Map<string, string>()
  const storage: OutboxStorage = {
    name: 'records',
    read: async (prefix) => [...records].filter(([key]) => key.startsWith(prefix)),
    async write(changes) {
      for (const [key, text] of changes)
        if (text === null) records.delete(key)
        else records.set(key, text)
    },
    async close() {},
  }
  const stored = () => roomful({ outbox: persistentOutbox({ user: 'erin', storage: async () => storage }) })
  const first = createClient({ url: UNREACHABLE, contract: lobby, socket, reconnect, rooms: stored() })
  const room = first.room('reloaded')
  void failure(room.join())
  void failure(room.send({ text: 'stored' }))
  while (records.size === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  first.close()

  const [frank, erin] = [connect('frank', roomful()), connect('erin', stored())]
  const watched = await frank.join('reloaded')
  const heard = next((listener) => watched.on('message', ({ text }) => listener(text)))
  await erin.join('reloaded')
  const text = await heard
  await until(erin.outbox, ({ queued, sending }) => queued + sending === 0)
  for (const client of [frank, erin]) client.close()
  return text
}

async function storageOf(client: Lobby): Promise<string> {
  await client.connect()
  await (await client.join('general')).send({ text: 'in memory' })
  client.close()
  return client.outbox.getState().storage
}

type Lobby = Client<typeof lobby>

function next(subscribe: (listener: (value: string) => void) => () => void): Promise<string> {
  return new Promise((resolve) => {
    const off = subscribe((value) => {
      off()
      resolve(value)
    })
  })
}

function until<T>(store: ReadonlyStore<T>, test: (state: T) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (!test(store.getState())) return
      unsubscribe()
      resolve()
    }
    const unsubscribe = store.subscribe(check)
    check()
  })
}

/** The code of the error that the promise rejects with, or its name. */
async function failure(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason as Error & { readonly code?: unknown },
  )
  return 'code' in error && typeof error.code === 'string' ? error.code : `${error.name}`
}

function textsIn(entries: readonly object[]): string[] {
  return entries.map((entry) => ('data' in entry ? (entry.data as { readonly text: string }).text : 'gap'))
}
