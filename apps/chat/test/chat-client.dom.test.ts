import { afterEach, expect, test } from 'vitest'
import { useChatClient } from '../src/realtime.ts'
import { type Session, signOut, useSession } from '../src/session.ts'

const current = () => useChatClient.getState().client
const sessionOf = (id: string, token = 'token'): Session => ({
  token,
  user: { id, name: id },
})

afterEach(() => signOut())

test('a session has one client, also after it is renewed, and signing out closes it', async () => {
  expect(current()).toBeUndefined()
  useSession.setState({ session: sessionOf('ann') })
  const client = current()
  useSession.setState({ session: sessionOf('ann', 'a new token') })
  expect(current()).toBe(client)
  signOut()
  expect(current()).toBeUndefined()
  await expect(client?.connect()).rejects.toMatchObject({ code: 'DISCONNECTED' })
})

test('the next user gets another client', () => {
  useSession.setState({ session: sessionOf('ann') })
  const client = current()
  useSession.setState({ session: sessionOf('bob') })
  expect(current()).not.toBe(client)
  expect([client?.status, current()?.status]).toEqual(['disconnected', 'idle'])
})
