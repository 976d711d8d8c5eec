import { RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import type { Keeper, OutboxOption, Safekeeping } from '../../../src/roomful/storage/keeper.ts'
import { outboxIn } from '../../../src/roomful/storage/safekeeping.ts'
import { startScript } from '../../rooms/support/scripted-server.ts'
import { startRoomful } from '../../support/test-client.ts'
import { eventually } from '../../support/eventually.ts'
import { discardIn } from '../../../src/roomful/outbox/outgoing.ts'
import { createScriptedOutbox, message, ScriptedOutbox } from '../outbox/support/scripted-outbox.ts'

/** A storage that works unless told otherwise, and what it was asked for. */
function createKeeper(parts: Partial<Keeper> = {}) {
  const asked: string[] = []
  const keeper: Keeper = {
    place: 'indexedDB',
    store: async () => {},
    adopt: async () => [],
    rest: () => void asked.push('rest'),
    forget: async () => void asked.push('forget'),
    ...parts,
  }
  return { asked, option: outboxIn(async () => keeper) }
}

function safekeepingOver(option: OutboxOption): Safekeeping {
  const hooks = { outbox: new ScriptedOutbox(), needed() {}, renew() {}, placed() {}, failed() {} }
  return option.keep({ url: '/', cid: 'page-one' }, hooks)
}

const fails = () => Promise.reject(new Error('the disk is full'))

describe('P5 a storage in which a removal fails', () => {
  const no = new RoomfulError('FORBIDDEN', 'you are not allowed')

  test('leaves it open what becomes of a message that was discarded: a later page may send it', () => {
    const { emit, to, stored } = createScriptedOutbox({ isStored: false })
    emit(message(1))
    stored()
    expect(to((outbox) => discardIn(outbox, 'general', 'page-one:1'))).toEqual(['store -1'])
    expect(stored(false)).toEqual(['1 unknown UNKNOWN'])
  })
  test('and of one whose room refused us', () => {
    const { emit, to, stored } = createScriptedOutbox({ user: 'ada', isStored: false })
    emit(message(1))
    stored()
    expect(to((outbox) => outbox.refused('general', no))).toEqual(['store -1'])
    expect(stored(false)).toEqual(['1 unknown UNKNOWN'])
  })
  test('is asked to forget all: where it does, the change counts as made', async () => {
    const { asked, option } = createKeeper({ store: fails })
    await expect(safekeepingOver(option).save([message(1)], [])).resolves.toBe(true)
    expect(asked).toContain('forget')
  })
  test('and where it cannot, as not made', async () => {
    const { option } = createKeeper({ store: fails, forget: fails })
    await expect(safekeepingOver(option).save([message(1)], [])).resolves.toBe(false)
  })
})

describe('C11 OB12 nothing more is taken over', () => {
  test.each<[string, Partial<Keeper>]>([
    ['written', { store: fails }],
    ['read', { adopt: fails }],
  ])('where the storage cannot be %s', async (_what, parts) => {
    const { asked, option } = createKeeper(parts)
    const safekeeping = safekeepingOver(option)
    await safekeeping.adopt('ada')
    await safekeeping.save([message(1)], [])
    expect(asked).toContain('rest')
    expect(safekeeping.place).toBe('memory')
  })
  test('after disconnect(): what other pages leave is for those that seek a connection', async () => {
    const { url } = await startScript({ hello: { user: { id: 'ada' } } })
    const { asked, option } = createKeeper()
    const client = startRoomful(url, { outbox: option })
    await (await client.join('general')).emit('m', 1)
    expect(asked).toEqual([])
    client.disconnect()
    await eventually(() => expect(asked).toEqual(['rest']))
  })
})
