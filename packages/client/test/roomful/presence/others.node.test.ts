import { createPresence } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { createFakeRoom, member } from './support/fake-room.ts'

const [ann, bob, cy] = ['ann', 'bob', 'cy'].map((id) => member(id))

describe('PR1 a presence', () => {
  test('is one for each room, and does nothing by itself', () => {
    const { room, watching } = createFakeRoom()
    expect(createPresence(room)).toBe(createPresence(room))
    expect(createPresence(createFakeRoom().room)).not.toBe(createPresence(room))
    expect(watching()).toBe(0)
  })
  test('is of a room only', () => {
    expect(() => createPresence({} as never)).toThrow('expected a room of a client, got object')
  })
})

describe('PR7 self and others', () => {
  test('are those of room.members, and the same object while nothing changed', () => {
    const { room, here } = createFakeRoom()
    const { self, others } = createPresence(room)
    expect([self.getState(), others.getState().size]).toEqual([undefined, 0])
    here(ann!, bob!)
    const seen = others.getState()
    expect([self.getState(), [...seen.values()]]).toEqual([ann, [bob]])
    expect(others.getState()).toBe(seen)
    here(member('ann', 'away'), bob!)
    expect(others.getState()).toBe(seen)
    expect(self.getState()).toEqual(member('ann', 'away'))
    here(member('ann', 'away'), bob!, cy!)
    expect([...others.getState().keys()]).toEqual(['bob', 'cy'])
  })
  test('are told only where they changed, with what they were; watched only while somebody does', () => {
    const { room, here, watching } = createFakeRoom()
    const { self, others } = createPresence(room)
    here(ann!)
    const told: unknown[] = []
    const offs = [
      self.subscribe((now, before) => told.push(['self', now, before])),
      others.subscribe((now, before) => told.push([[...now.keys()], [...before.keys()]])),
    ]
    expect(watching()).toBe(2)
    here(ann!, bob!)
    here(bob!, ann!)
    const away = member('ann', 'away')
    here(away, bob!)
    expect(told).toEqual([
      [['bob'], []],
      ['self', away, ann],
    ])
    for (const off of offs) off()
    expect(watching()).toBe(0)
    here(ann!)
    expect(told).toHaveLength(2)
  })
  test('are everybody, and undefined, where the server tells nobody apart', () => {
    const { room, here, be } = createFakeRoom()
    be(undefined)
    const { self, others } = createPresence(room)
    here(ann!, bob!)
    expect(self.getState()).toBeUndefined()
    expect([...others.getState().keys()]).toEqual(['ann', 'bob'])
  })
  test('are another’s once we are another', () => {
    const { room, here, be } = createFakeRoom()
    const { self, others } = createPresence(room)
    here(ann!, bob!)
    others.getState()
    be('bob')
    expect([self.getState(), [...others.getState().keys()]]).toEqual([bob, ['ann']])
  })
})

describe('PR8 enter, leave and update', () => {
  const record = (fake: ReturnType<typeof createFakeRoom>) => {
    const heard: unknown[] = []
    const presence = createPresence(fake.room)
    for (const type of ['enter', 'leave', 'update'] as const)
      presence.on(type, (one, previous) => heard.push([type, one.user.id, previous?.presence ?? '-']))
    return heard
  }
  test('are what others do while we are there', () => {
    const fake = createFakeRoom()
    const heard = record(fake)
    fake.here(ann!, bob!)
    expect(heard).toEqual([]) // our own join
    fake.here(ann!, member('bob', 'away'), cy!)
    fake.here(ann!, member('bob', 'back'))
    expect(heard).toEqual([
      ['enter', 'cy', '-'],
      ['update', 'bob', '-'],
      ['leave', 'cy', '-'],
      ['update', 'bob', 'away'],
    ])
    fake.here()
    fake.here(ann!, cy!)
    expect(heard).toHaveLength(4) // left, and joined again
  })
  test('are not what we do ourselves', () => {
    const fake = createFakeRoom()
    const heard = record(fake)
    fake.here(ann!, bob!)
    fake.here(member('ann', 'away'), bob!)
    expect(heard).toEqual([])
  })
  test('are not that we are another from now on', () => {
    const fake = createFakeRoom()
    const heard = record(fake)
    fake.here(ann!, bob!)
    fake.be('cy')
    fake.here(bob!, cy!)
    fake.here(cy!)
    fake.here(ann!, cy!)
    expect(heard).toEqual([
      ['leave', 'bob', '-'],
      ['enter', 'ann', '-'],
    ])
  })
  test('are heard by the others where a handler throws, and by none that was taken off', () => {
    const { room, here, reported } = createFakeRoom()
    const { on } = createPresence(room)
    const heard: string[] = []
    const off = on('enter', () => {
      off()
      throw new TypeError('oops')
    })
    on('enter', ({ user }) => heard.push(user.id))
    here(ann!)
    here(ann!, bob!, cy!)
    expect(heard).toEqual(['bob', 'cy'])
    expect(reported).toEqual([new TypeError('oops')])
  })
  test('are all that can be listened to, with a function', () => {
    const { on } = createPresence(createFakeRoom().room)
    expect(() => on('join' as never, () => {})).toThrow('expected "enter", "leave" or "update", got "join"')
    expect(() => on('enter', undefined as never)).toThrow('a listener must be a function')
  })
})
