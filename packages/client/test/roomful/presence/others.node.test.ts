import { createPresence } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { createFakeRoom, member } from './support/fake-room.ts'

const [ann, bob, cy] = ['ann', 'bob', 'cy'].map((id) => member(id))

describe('PR1 createPresence', () => {
  test('gives one object for each room, and subscribes to nothing by itself', () => {
    const { room, memberListeners } = createFakeRoom()
    expect(createPresence(room)).toBe(createPresence(room))
    expect(createPresence(createFakeRoom().room)).not.toBe(createPresence(room))
    expect(memberListeners()).toBe(0)
  })
  test('takes only a room', () => {
    expect(() => createPresence({} as never)).toThrow('expected a room of a client, got object')
  })
})

describe('PR7 self and others', () => {
  test('are read from room.members; the same object while nothing changed', () => {
    const { room, setMembers } = createFakeRoom()
    const { self, others } = createPresence(room)
    expect([self.getState(), others.getState().size]).toEqual([undefined, 0])
    setMembers(ann!, bob!)
    const seen = others.getState()
    expect([self.getState(), [...seen.values()]]).toEqual([ann, [bob]])
    expect(others.getState()).toBe(seen)
    setMembers(member('ann', 'away'), bob!)
    expect(others.getState()).toBe(seen)
    expect(self.getState()).toEqual(member('ann', 'away'))
    setMembers(member('ann', 'away'), bob!, cy!)
    expect([...others.getState().keys()]).toEqual(['bob', 'cy'])
  })
  test('call their listeners only after a change, and subscribe only while they have listeners', () => {
    const { room, setMembers, memberListeners } = createFakeRoom()
    const { self, others } = createPresence(room)
    setMembers(ann!)
    const calls: unknown[] = []
    const offs = [
      self.subscribe((now, before) => calls.push(['self', now, before])),
      others.subscribe((now, before) => calls.push([[...now.keys()], [...before.keys()]])),
    ]
    expect(memberListeners()).toBe(2)
    setMembers(ann!, bob!)
    setMembers(bob!, ann!)
    const away = member('ann', 'away')
    setMembers(away, bob!)
    expect(calls).toEqual([
      [['bob'], []],
      ['self', away, ann],
    ])
    for (const off of offs) off()
    expect(memberListeners()).toBe(0)
    setMembers(ann!)
    expect(calls).toHaveLength(2)
  })
  test('are undefined, and all members, where the server does not identify users', () => {
    const { room, setMembers, setUser } = createFakeRoom()
    setUser(undefined)
    const { self, others } = createPresence(room)
    setMembers(ann!, bob!)
    expect(self.getState()).toBeUndefined()
    expect([...others.getState().keys()]).toEqual(['ann', 'bob'])
  })
  test('follow a change of the user', () => {
    const { room, setMembers, setUser } = createFakeRoom()
    const { self, others } = createPresence(room)
    setMembers(ann!, bob!)
    others.getState()
    setUser('bob')
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
  test('report the changes of other members while the room is joined', () => {
    const fake = createFakeRoom()
    const heard = record(fake)
    fake.setMembers(ann!, bob!)
    expect(heard).toEqual([]) // the client's own join
    fake.setMembers(ann!, member('bob', 'away'), cy!)
    fake.setMembers(ann!, member('bob', 'back'))
    expect(heard).toEqual([
      ['enter', 'cy', '-'],
      ['update', 'bob', '-'],
      ['leave', 'cy', '-'],
      ['update', 'bob', 'away'],
    ])
    fake.setMembers()
    fake.setMembers(ann!, cy!)
    expect(heard).toHaveLength(4) // the client left, and joined again
  })
  test('do not report the user’s own changes', () => {
    const fake = createFakeRoom()
    const heard = record(fake)
    fake.setMembers(ann!, bob!)
    fake.setMembers(member('ann', 'away'), bob!)
    expect(heard).toEqual([])
  })
  test('do not report that another user is signed in', () => {
    const fake = createFakeRoom()
    const heard = record(fake)
    fake.setMembers(ann!, bob!)
    fake.setUser('cy')
    fake.setMembers(bob!, cy!)
    fake.setMembers(cy!)
    fake.setMembers(ann!, cy!)
    expect(heard).toEqual([
      ['leave', 'bob', '-'],
      ['enter', 'ann', '-'],
    ])
  })
  test('reach the other handlers where one throws, and no handler that was removed', () => {
    const { room, setMembers, reported } = createFakeRoom()
    const { on } = createPresence(room)
    const heard: string[] = []
    const off = on('enter', () => {
      off()
      throw new TypeError('oops')
    })
    on('enter', ({ user }) => heard.push(user.id))
    setMembers(ann!)
    setMembers(ann!, bob!, cy!)
    expect(heard).toEqual(['bob', 'cy'])
    expect(reported).toEqual([new TypeError('oops')])
  })
  test('are the only types, and a handler has to be a function', () => {
    const { on } = createPresence(createFakeRoom().room)
    expect(() => on('join' as never, () => {})).toThrow('expected "enter", "leave" or "update", got "join"')
    expect(() => on('enter', undefined as never)).toThrow('a listener must be a function')
  })
})
