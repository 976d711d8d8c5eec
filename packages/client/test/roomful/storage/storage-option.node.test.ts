import { expect, test } from 'vitest'
import { openKeeper, persistentOutbox } from '../../../src/roomful/storage/persistent-outbox.ts'

test('C11 outside a browser nothing is kept', async () => {
  const events = { adopted: () => {}, lost: () => {} }
  expect(await openKeeper('roomful', 'https://example.test/', 'a'.repeat(22), events)).toBeUndefined()
})

test('C2 the user is as the app says: nobody known yet, a guest, or an id', () => {
  expect('user' in persistentOutbox()).toBe(false)
  expect(persistentOutbox({ user: null }).user).toBeNull()
  expect(persistentOutbox({ user: 'ann' })).toMatchObject({ kind: 'persistent', user: 'ann' })
})

test('what cannot be meant is refused with what was expected', () => {
  expect(() => persistentOutbox({ user: 5 as never })).toThrow("user: expected the user's id, or null, got 5")
  expect(() => persistentOutbox({ name: '' })).toThrow('name: expected a string such as "roomful", got ""')
})
