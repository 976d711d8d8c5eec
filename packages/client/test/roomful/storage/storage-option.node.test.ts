import { expect, test } from 'vitest'
import { persistentOutbox } from '../../../src/roomful/storage/persistent-outbox.ts'
import { cid, entry } from './support/memory-storage.ts'

test('C11 outside a browser, messages stay in memory', async () => {
  const told: string[] = []
  const session = persistentOutbox().open(
    { address: 'https://example.test/', cid: cid('a') },
    {
      adopted: () => told.push('adopted'),
      lost: () => told.push('lost'),
      moved: () => told.push('moved'),
      failed: () => told.push('failed'),
      waiting: () => told.push('waiting'),
      blocked: () => {},
      overtaken: () => told.push('overtaken'),
    },
  )
  session.begin()
  expect(await session.adopt('ada')).toEqual([])
  expect(session.save([entry('a', 1)], [])).toBeUndefined()
  await session.clear('ada')
  session.close()
  expect([session.storage, told]).toEqual(['memory', []])
})

test('C2 the option `user` is an id, null for a guest, or absent', () => {
  expect('user' in persistentOutbox()).toBe(false)
  expect(persistentOutbox({ user: null }).user).toBeNull()
  expect(persistentOutbox({ user: 'ann' })).toMatchObject({ kind: 'persistent', user: 'ann' })
})

test('an option of the wrong type throws, and the sentence says which type is expected', () => {
  expect(() => persistentOutbox({ user: 5 as never })).toThrow("user: expected the user's id, or null, got 5")
  for (const name of ['', '-shop'])
    expect(() => persistentOutbox({ name })).toThrow(
      `name: expected a string such as "roomful", which does not begin with "-", got "${name}"`,
    )
  expect(() => persistentOutbox({ storage: {} as never })).toThrow('storage: expected a function')
})
