import { createPresence, createTyping } from '@roomful/client'
import '@roomful/testing/vitest'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startChat } from './support/start-chat.tsx'

const log = () => within(screen.getByRole('log', { name: 'Messages' }))
const member = async (name: string) =>
  (await within(screen.getByRole('list', { name: 'Members' })).findByText(name)).closest('li') as HTMLElement

function sendMessage(text: string): void {
  fireEvent.change(screen.getByRole('textbox', { name: 'Message' }), { target: { value: text } })
  fireEvent.click(screen.getByRole('button', { name: 'Send' }))
}

test('a sent message is shown, confirmed by the server, and received by others', async () => {
  const { bob, server } = await startChat()
  const received: unknown[] = []
  bob.on('message', ({ text }, { from }) => received.push([from?.name, text]))
  sendMessage('Good morning')
  expect(await log().findByText('Good morning')).toBeTruthy()
  await waitFor(() => expect(log().queryByText(/^(Waiting to be sent|Sending…)$/)).toBeNull())
  await expect.poll(() => received).toEqual([['Ann', 'Good morning']])
  expect(server).toHaveEmitted('message', { text: 'Good morning' })
})

test('SEC25 text that looks like HTML or a link is shown as text', async () => {
  const { bob } = await startChat()
  const texts = [
    '<img src=x onerror=alert(1)>',
    'javascript:alert(1)',
    'data:text/html,<script>1</script>',
    'https://a.example',
  ]
  for (const text of texts) await bob.emit('message', { text })
  for (const text of texts) expect(await log().findByText(text)).toBeTruthy()
  expect(document.querySelectorAll('.bubble *, [role=log] a')).toHaveLength(0)
})

test('SEC26 a text that is an object, a list or missing is dropped, and the page goes on', async () => {
  const { bob, server } = await startChat()
  const warnings = vi.spyOn(console, 'warn').mockImplementation(() => {})
  onTestFinished(() => warnings.mockRestore())
  let epoch: unknown
  server.dropNext(({ args }) => {
    epoch = (args[1] as { epoch?: unknown } | undefined)?.epoch ?? epoch
    return false // only looks
  })
  await bob.emit('message', { text: 'before' })
  await expect.poll(() => epoch).toEqual(expect.any(String))
  const texts = [{ toString: 'x' }, ['<b>'], null]
  for (const [index, text] of texts.entries()) {
    const meta = { $room: 'general', epoch, seq: 2 + index, id: `hostile message ${index}`, from: null, at: 1 }
    server.io.emit('message', { text }, meta)
  }
  // The real server gives these the numbers 2 to 4, which the page has received.
  for (const _ of texts) await bob.emit('message', { text: 'in place of the hostile ones' })
  await bob.emit('message', { text: 'after' })
  expect(await log().findByText('after')).toBeTruthy()
  const shown = Array.from(document.querySelectorAll('.bubble'), ({ textContent }) => textContent)
  expect(shown).toEqual(['before', 'after'])
  expect(warnings).toHaveBeenCalled() // both clients say so on the console
})

test('a refused message shows the reason and can be sent again', async () => {
  const { acceptAll } = await startChat()
  sendMessage('spam')
  expect(await log().findByText(/No spam here\./)).toBeTruthy()
  acceptAll()
  fireEvent.click(log().getByRole('button', { name: 'Retry' }))
  await waitFor(() => expect(log().queryByText(/No spam here\.|Sending…/)).toBeNull())
  expect(log().getByText('spam')).toBeTruthy()
})

test('messages sent while offline are queued, with a banner, and are sent when online', async () => {
  const { server, bob } = await startChat()
  const received: string[] = []
  bob.on('message', ({ text }) => received.push(text))
  await member('Ann') // the server has confirmed the join
  server.offline()
  sendMessage('from the tunnel')
  sendMessage('still in there')
  expect(await screen.findByText('2 messages wait to be sent.')).toBeTruthy()
  expect(log().getAllByText('Waiting to be sent')).toHaveLength(2)
  expect(await screen.findByText(/^You are offline\./)).toBeTruthy() // only for a long outage

  server.online()
  expect(await screen.findByText('The connection is back.')).toBeTruthy()
  await expect.poll(() => received).toEqual(['from the tunnel', 'still in there'])
  await waitFor(() => expect(screen.queryByText(/wait to be sent|^Waiting|^Sending/)).toBeNull())
})

test('a room is shown as empty when the server has said so, and not before', async () => {
  const { server } = await startChat()
  server.offline()
  location.hash = 'quiet'
  await screen.findByRole('heading', { level: 1, name: 'quiet' })
  expect(log().queryByText(/There are no messages yet/)).toBeNull()
  server.online()
  expect(await log().findByText(/There are no messages yet/)).toBeTruthy()
})

test('a refused room shows the reason, and “Try again” joins it once it is open', async () => {
  const { openStaff } = await startChat()
  location.hash = 'staff'
  expect(await screen.findByText('Room staff is for staff only.')).toBeTruthy()
  openStaff()
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await log().findByText(/There are no messages yet/)).toBeTruthy()
})

test('a typing user is named until they stop', async () => {
  const { bob } = await startChat()
  await member('Bob')
  const typing = createTyping(bob)
  typing.keystroke()
  expect(await screen.findByText('Bob is typing…')).toBeTruthy()
  typing.stop()
  await waitFor(() => expect(screen.queryByText('Bob is typing…')).toBeNull())
  typing.close()
})

test('the status away is shown, in both directions', async () => {
  const { bob } = await startChat()
  expect(within(await member('Bob')).getByRole('img', { name: 'online' })).toBeTruthy()
  createPresence(bob).set({ status: 'away' })
  expect(await within(await member('Bob')).findByRole('img', { name: 'away' })).toBeTruthy()

  const statusOfAnn = () => bob.members.getState().get('ann')?.presence?.status
  await expect.poll(statusOfAnn).toBe('online')
  const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
  onTestFinished(() => visibility.mockRestore())
  fireEvent(document, new Event('visibilitychange'))
  await expect.poll(statusOfAnn).toBe('away')
  visibility.mockReturnValue('visible')
  fireEvent(document, new Event('visibilitychange'))
  await expect.poll(statusOfAnn).toBe('online')
})
