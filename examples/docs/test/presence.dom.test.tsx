import { createClient, roomful } from '@roomful/client'
import { createMockServer } from '@roomful/testing'
import { cleanup, configure, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { Composer } from './presence-and-typing/composer.tsx'
import { chat } from './presence-and-typing/contract.ts'
import { Crowd } from './presence-and-typing/crowd.tsx'
import { follow } from './presence-and-typing/follow.ts'
import { greet } from './presence-and-typing/greet.ts'
import { People } from './presence-and-typing/people.tsx'
import { serve } from './presence-and-typing/server.ts'

configure({ asyncUtilTimeout: 20_000, reactStrictMode: true }) // the machine may be slow and busy
afterEach(cleanup)

async function start() {
  const server = createMockServer({ url: 'https://chat.example' })
  const rooms = serve(server.io)
  await server.listen()
  onTestFinished(async () => {
    await rooms.close()
    await server.close()
  })
  const enter = async (name: string) => {
    const client = createClient({ url: server.url, contract: chat, rooms: roomful(), auth: { name } })
    onTestFinished(client.disconnect)
    return { client, room: await client.join('general') }
  }
  return { server, enter }
}

test('greet.ts: reports members who enter, change and leave, and sets the own presence', async () => {
  const { enter } = await start()
  const said: string[] = []
  const { room } = await enter('ann')
  const presence = greet(room, (what) => said.push(what))
  await expect.poll(() => presence.self.getState()?.presence).toEqual({ status: 'online' })
  const bob = await enter('bob')
  await expect.poll(() => said).toEqual(['bob came'])
  greet(bob.room, () => {})
  await expect.poll(() => said).toEqual(['bob came', 'bob is online'])
  bob.client.disconnect()
  await expect.poll(() => said).toEqual(['bob came', 'bob is online', 'bob went'])
})

test('server.ts: a member who is back within `presenceGraceMs` has not left for the others', async () => {
  const { server, enter } = await start()
  const said: string[] = []
  const { room, client } = await enter('ann')
  greet(room, (what) => said.push(what))
  await enter('bob')
  await expect.poll(() => said).toEqual(['bob came'])
  server.offline()
  server.online()
  await expect.poll(() => client.status).toBe('connected')
  await expect.poll(() => room.status).toBe('joined')
  await enter('eve')
  await expect.poll(() => said).toEqual(['bob came', 'eve came'])
})

test('crowd.tsx: names the other members of a small room', async () => {
  const { enter } = await start()
  const { room } = await enter('ann')
  await enter('bob')
  render(<Crowd room={room} />)
  expect(await screen.findByText('you and bob')).toBeTruthy()
  expect(room.occupancy.getState()).toEqual({ count: 2, isPartial: false })
})

test('people.tsx: shows the other members, and sets and clears the own presence', async () => {
  const { enter } = await start()
  const [ann, bob] = [await enter('ann'), await enter('bob')]
  render(<People room={ann.room} />)
  await screen.findByText('bob: here')
  greet(bob.room, () => {})
  await screen.findByText('bob: online')
  fireEvent.click(screen.getByText('here'))
  fireEvent.click(await screen.findByText('away'))
  expect(await screen.findByText('here')).toBeTruthy()
})

test('composer.tsx, follow.ts: show the users who are typing, with React and without', async () => {
  const { enter } = await start()
  const [ann, bob] = [await enter('ann'), await enter('bob')]
  render(<Composer room={ann.room} />)
  const input = document.createElement('input')
  let typing = ''
  const close = follow(bob.room, input, (names) => (typing = names))
  onTestFinished(close)

  fireEvent.change(screen.getByRole('textbox'), { target: { value: 'a' } })
  await expect.poll(() => typing).toBe('ann')
  fireEvent.keyDown(screen.getByRole('textbox'), { key: 'Enter' })
  await expect.poll(() => typing).toBe('')

  input.value = 'b'
  input.dispatchEvent(new Event('input'))
  await screen.findByText('bob typing')
  close()
  await screen.findByText('Message')
})
