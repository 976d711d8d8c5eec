import { RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import type { Keeper, KeeperEvents, OutboxChange, StoredEntry } from '../../../src/roomful/storage/keeper.ts'
import { outboxIn } from '../../../src/roomful/storage/safekeeping.ts'
import { codeOf, keysOf, textsOf } from '../../rooms/support/outcomes.ts'
import { startScript } from '../../rooms/support/scripted-server.ts'
import { eventually } from '../../support/eventually.ts'
import { startRoomful } from '../../support/test-client.ts'
import { ScriptedOutbox } from '../outbox/support/scripted-outbox.ts'

interface Script {
  readonly left?: readonly StoredEntry[]
  readonly store?: (change: OutboxChange) => Promise<void>
  readonly open?: () => Promise<void>
}

/** A storage in which earlier pages left this. */
function createKeeper({ left = [], store = async () => {}, open = async () => {} }: Script = {}) {
  const changes: string[] = []
  let events: KeeperEvents | undefined
  let cid = ''
  const outbox = outboxIn(async (owner, given) => {
    await open()
    cid = owner.cid
    events = given
    return {
      place: 'indexedDB',
      async store(change) {
        await store(change)
        const put = change.put.map(({ n, sentAt, user }) => `+${n} of ${user}${sentAt === undefined ? '' : ' sent'}`)
        changes.push([...put, ...change.remove.map(({ n }) => `-${n}`)].join(', '))
      },
      adopt: async () => left,
      rest() {},
      forget: async () => {},
    }
  })
  return { outbox, changes, cid: () => cid, events: () => events! }
}

const entry = (n: number, cid = 'page-old'): StoredEntry => ({
  cid,
  n,
  user: 'ada',
  room: 'general',
  event: 'm',
  data: `old ${n}`,
  sentAt: Date.now(),
})
const ada = { hello: { user: { id: 'ada' } } }

describe('C3 with a storage', () => {
  test('messages are stored before they are sent, and taken out after; guarantees say where they wait', async () => {
    const { url } = await startScript(ada)
    const { outbox, changes } = createKeeper()
    const client = startRoomful(url, { outbox })
    const room = await client.join('general')
    await room.emit('m', 1)
    await eventually(() => expect(changes).toEqual(['+1 of ada sent', '-1']))
    expect(client.guarantees?.outbox).toBe('indexedDB')
  })
  test('that takes its time, nothing is sent before', async () => {
    const { url, events } = await startScript(ada)
    const waiting: (() => void)[] = []
    const { outbox } = createKeeper({ store: () => new Promise((resolve) => waiting.push(resolve)) })
    const client = startRoomful(url, { outbox })
    const room = await client.join('general')
    const sent = codeOf(room.emit('m', 1))
    await eventually(() => expect(waiting).toHaveLength(1))
    await client
      .with({ timeoutMs: 20 })
      .emitWithAck('anything')
      .catch(() => {}) // a moment in which it could go
    expect(events()).not.toContain('$publish')
    waiting[0]?.()
    await expect(sent).resolves.toBe('confirmed')
  })
  test('whose user is not known yet, nothing is stored', async () => {
    const { url } = await startScript(ada)
    const { outbox, changes } = createKeeper()
    const client = startRoomful(url, { outbox })
    const room = client.room('general')
    void room.join()
    await room.emit('m', 1)
    await eventually(() => expect(changes.at(-1)).toBe('-1'))
    expect(changes.filter((change) => change.includes('undefined'))).toEqual([])
  })
})

describe('C3 a storage that fails', () => {
  const full = new RoomfulError('INTERNAL', 'the disk is full')
  const fails = () => Promise.reject(full)

  test.each([
    ['to open', { open: fails }],
    ['to store', { store: fails }],
  ])(
    '%s costs no message: they wait in memory, and guarantees and inspect say so, and it is no error of the page',
    async (_name, script) => {
      const { url } = await startScript(ada)
      const errors: unknown[] = []
      const seen: unknown[] = []
      const { outbox } = createKeeper(script)
      const client = startRoomful(url, {
        outbox,
        onError: (error) => errors.push(error),
        inspect: (event) => event.type === 'error' && seen.push(event.error),
      })
      const room = await client.join('general')
      await expect(Promise.all([room.emit('m', 1), room.emit('m', 2)].map(codeOf))).resolves.toEqual([
        'confirmed',
        'confirmed',
      ])
      expect(client.guarantees?.outbox).toBe('memory')
      expect([seen, errors]).toEqual([[full], []])
    },
  )
})

describe('C11 what earlier pages left', () => {
  test('goes first, under its own keys, also where the app joins nothing', async () => {
    const { url, dataOf, events } = await startScript(ada)
    const { outbox, changes } = createKeeper({ left: [entry(4), entry(5)] })
    const client = startRoomful(url, { outbox })
    await client.connect()
    await eventually(() => expect(events()).toEqual(['$join', '$publish', '$leave']))
    expect(dataOf('$publish')).toMatchObject([{ cid: 'page-old', items: [{ n: 4 }, { n: 5 }] }])
    await eventually(() => expect(changes.at(-1)).toBe('-4, -5'))
    expect([client.room('general').status, client.outbox.getState()]).toEqual([
      'left',
      { queued: 0, sending: 0, place: 'indexedDB' },
    ])
  })
  test('P3 is awaited once: connected again meanwhile, ours must not go before it', async () => {
    let lockCame = (): void => {}
    let asked = 0
    const keeper: Keeper = {
      place: 'indexedDB',
      store: async () => {},
      adopt: async () => {
        if (++asked > 1) return []
        await new Promise<void>((resolve) => (lockCame = resolve))
        return [entry(1)]
      },
      rest() {},
      forget: async () => {},
    }
    const option = outboxIn(async () => keeper)
    const hooks = { outbox: new ScriptedOutbox(), needed() {}, renew() {}, placed() {}, failed() {} }
    const safekeeping = option.keep({ url: '/', cid: 'page-new' }, hooks)
    const taken: number[] = []
    for (let connects = 0; connects < 2; connects++)
      void safekeeping.adopt('ada').then((messages) => taken.push(messages.length))
    await eventually(() => expect(asked).toBe(1))
    lockCame()
    await eventually(() => expect(taken).toEqual([1, 0]))
  })
  test('goes behind ours where that page ends later', async () => {
    const { url, dataOf } = await startScript(ada)
    const { outbox, events } = createKeeper()
    const room = await startRoomful(url, { outbox }).join('general')
    await room.emit('m', 'ours')
    events().adopted([entry(1)])
    await eventually(() => expect(textsOf(dataOf('$publish'))).toEqual([['ours'], ['old 1']]))
  })
  test('and ours, where another page took it over: unknown here; what follows has another key', async () => {
    const { url, dataOf } = await startScript({
      ...ada,
      $publish: ({ epoch, items }, _socket, nth) =>
        nth === 1 ? undefined : { ok: true, epoch, results: items.map(() => ({ seq: 1, at: 0 })) },
    })
    const { outbox, events, cid } = createKeeper()
    const client = startRoomful(url, { outbox, onError: () => {} })
    const room = await client.join('general')
    const sent = codeOf(room.emit('m', 'taken over'))
    await eventually(() => expect(dataOf('$publish')).toHaveLength(1))
    events().lost(cid())
    await expect(sent).resolves.toBe('UNKNOWN')
    await expect(codeOf(room.emit('m', 'next'))).resolves.toBe('confirmed')
    const cids = (dataOf('$publish') as { cid: string }[]).map((request) => request.cid)
    expect([cids[0], cids[1] === cids[0], keysOf(dataOf('$publish'))]).toEqual([cid(), false, [[1], [1]]])
    expect(client.guarantees?.outbox).toBe('memory')
  })
})
