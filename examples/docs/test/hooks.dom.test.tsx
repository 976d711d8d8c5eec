import { createClient, roomful, RoomfulError } from '@roomful/client'
import { createRooms, refuse } from '@roomful/server'
import '@roomful/testing/vitest'
import { createMockServer } from '@roomful/testing'
import { act, cleanup, configure, fireEvent, render, screen } from '@testing-library/react'
import { afterAll, afterEach, expect, onTestFinished, test } from 'vitest'
import { Banner } from './hooks/banner.tsx'
import { Confirm } from './hooks/confirm.tsx'
import { chat } from './hooks/contract.ts'
import { People } from './hooks/people.tsx'
import { Two } from './hooks/provided.tsx'
import { Rates } from './hooks/rates.tsx'
import { Sign } from './hooks/signs.tsx'
import { Room } from './hooks/room.tsx'
import { client } from './hooks/roomful.ts'
import { Dot, Status } from './hooks/status.tsx'
import { Messages } from './hooks/timeline.tsx'
import { Viewed } from './hooks/viewed.tsx'
import { WhoAmI } from './hooks/who-am-i.tsx'

configure({ asyncUtilTimeout: 20_000, reactStrictMode: true }) // the machine may be slow and busy

const server = createMockServer({ url: 'https://chat.example' })
const rooms = createRooms(server.io, { contract: chat, authenticate: ({ auth }) => ({ id: String(auth.name) }) })
server.io.on('connection', (socket) => {
  socket.on('whoami', (answer) => answer({ name: socket.handshake.auth['name'] }))
})
await server.listen()
afterEach(cleanup)
afterAll(async () => {
  client.disconnect()
  await rooms.close()
  await server.close()
})

/** Connects another user until the end of the test. */
function connect(name: string) {
  const other = createClient({ url: server.url, contract: chat, rooms: roomful(), auth: { name } })
  onTestFinished(other.disconnect)
  return other
}
const says = (room: string, text: string) => rooms.to(room).emit('message', { text })
const click = (text: string) => fireEvent.click(screen.getByText(text))

test('status.tsx: shows the connection, disconnects and connects', async () => {
  render(<Status />)
  render(<Dot />)
  await screen.findByText('Go offline')
  await screen.findByTitle('online')
  click('Go offline')
  await screen.findByTitle('offline')
  click('Connect (client)')
  expect(await screen.findByTitle('online')).toBeTruthy()
})

test('viewed.tsx: emits in an effect and in its clean-up', async () => {
  const view = render(<Viewed page="news" />)
  await expect.poll(() => server).toHaveEmitted('viewed', { page: 'news' })
  view.unmount()
  await expect.poll(() => server).toHaveEmitted('closed', { page: 'news' })
})

test('confirm.tsx: answers the server', async () => {
  render(<Confirm />)
  await client.connect()
  const answers = server.io.timeout(10_000).emitWithAck('confirm', { text: 'Delete it?' })
  await screen.findByText('Delete it?')
  click('Yes')
  expect(await answers).toEqual([true])
  expect(screen.queryByText('Delete it?')).toBeNull()
})

test('room.tsx: joins a room, sends to it, and shows its events and the client’s', async () => {
  const view = render(<Room name={null} />)
  expect(screen.getByLabelText('left')).toBeTruthy()
  view.rerender(<Room name="room" />)
  await screen.findByLabelText('joined')
  click('Say hello')
  await screen.findByText('Ada: Hello')
  server.io.emit('notice', { text: 'closing soon' })
  await screen.findByText('closing soon')
})

test('timeline.tsx: shows the newest messages, and sends a refused message again', async () => {
  await says('timeline', 'long ago')
  const { container } = render(<Messages name="timeline" />)
  expect(screen.getByText('Loading…')).toBeTruthy()
  const shows = (lines: string[]) =>
    expect.poll(() => Array.from(container.querySelectorAll('li'), ({ textContent }) => textContent)).toEqual(lines)
  await shows(['long ago '])
  expect(container.textContent).not.toMatch(/Older|Loading/)
  const undo = rooms.handle('message', () => {
    throw refuse('SPAM', 'not now')
  })
  click('Say hello')
  await shows(['long ago ', 'Hello Send again'])
  undo()
  click('Send again')
  await shows(['long ago ', 'Hello '])
})

test('timeline.tsx: shows an empty room, and loads older messages', async () => {
  const { container, unmount } = render(<Messages name="empty" />)
  await screen.findByText('No messages yet')
  unmount()
  for (let n = 1; n <= 51; n += 1) await says('long', `message ${n}`)
  render(<Messages name="long" />)
  await screen.findByText('message 2')
  expect(screen.queryByText('message 1')).toBeNull()
  click('Older')
  await screen.findByText('message 1')
  expect(container.textContent).toBe('')
})

test('timeline.tsx: shows why a room is refused', async () => {
  render(<Messages name={'x'.repeat(129)} />)
  expect((await screen.findByRole('alert')).textContent).toMatch(/1 to 128 characters/)
})

test('people.tsx: shows the members and sends presence and typing', async () => {
  render(<People name="people" />)
  const bob = await connect('bob').join('people')
  await screen.findByText('1 others of 2, 0 typing, I am here')
  click('Away')
  await screen.findByText('1 others of 2, 0 typing, I am away')
  fireEvent.change(screen.getByLabelText('Message'), { target: { value: 'a' } })
  await expect.poll(() => server).toHaveEmitted('$typing', { room: 'people', typing: true })
  await bob.leave()
  await screen.findByText('0 others of 1, 0 typing, I am away')
})

test('signs.tsx: counts the messages of each sign', async () => {
  render(
    <>
      <Sign name="signs" sign="!" />
      <Sign name="signs" sign="?" />
    </>,
  )
  await expect.poll(() => client.room('signs').status).toBe('joined')
  for (const text of ['!one', '?two', '!three', 'four']) await says('signs', text)
  expect(await screen.findByText('!: 2')).toBeTruthy()
  expect(await screen.findByText('?: 1')).toBeTruthy()
})

test('rates.tsx: reduces every event, and keeps two', async () => {
  render(<Rates name="rates" />)
  await expect.poll(() => client.room('rates').status).toBe('joined')
  for (const text of ['one', 'three', 'five']) await says('rates', text)
  fireEvent.click(await screen.findByText('12 letters: three,five, 1 dropped'))
  await screen.findByText('12 letters: , 0 dropped')
})

test('who-am-i.tsx: shows a pending request and its answer', async () => {
  render(<WhoAmI />)
  await act(() => client.connect())
  click('Who am I?')
  await screen.findByText('…')
  expect(await screen.findByText('Ada')).toBeTruthy()
})

test('banner.tsx: shows an outage, its end, and the unsent messages', async () => {
  const room = await client.join('banner')
  const { container } = render(<Banner />)
  expect(container.textContent).toBe('')
  server.offline()
  const receipt = room.emit('message', { text: 'from the tunnel' })
  await screen.findByText('No connection; 1 unsent messages, stored in memory')
  server.online()
  await screen.findByText('Back again')
  expect(await receipt).toMatchObject({ confirmed: true })
})

test('provided.tsx: uses the client of the nearest provider', async () => {
  render(<Two first={connect('first')} second={connect('second')} />)
  await screen.findByText('first: joined, 0 unsent')
  expect(await screen.findByText('second: joined, 0 unsent')).toBeTruthy()
})

test('provided.tsx: throws without a client', () => {
  expect(() => render(<Two first={undefined as never} second={undefined as never} />)).toThrow(RoomfulError)
})
