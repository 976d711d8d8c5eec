import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import type { FC } from 'react'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { startChat } from '../../client/test/rooms/support/chat-server.ts'

afterEach(cleanup)

test('the code of the README runs', async () => {
  const chat = await startChat()
  const client = chat.connect('Ann')
  const bob = await chat.connect('Bob').join('general')
  const received: string[] = []
  bob.on('message', ({ text }) => received.push(text))
  const readMe = await readFile(`${import.meta.dirname}/../README.md`, 'utf8')
  const blocks = [...readMe.matchAll(/```tsx\n([^]*?)```/g)].map(([, code]) => code)
  expect(blocks).toHaveLength(2)
  const folder = await mkdtemp(`${import.meta.dirname}/readme-`)
  onTestFinished(() => rm(folder, { recursive: true }))
  Object.assign(globalThis, { clientOfTheReadMe: client })
  const code = ['const client = globalThis.clientOfTheReadMe', ...blocks, 'export { Room, Chat }'].join('\n')
  await writeFile(`${folder}/readme.tsx`, code)
  const { Room, Chat } = (await import(`${folder}/readme.tsx`)) as Record<'Room' | 'Chat', FC<{ name: string }>>

  const view = render(<Room name="general" />)
  await expect.poll(() => screen.getByRole<HTMLButtonElement>('button').disabled).toBe(false)
  fireEvent.click(screen.getByText('Say hello'))
  await expect.poll(() => received).toEqual(['Hello'])

  view.rerender(<Chat name="general" />)
  await screen.findByLabelText('general: joined, 1 others')
  await screen.findByText('Hello')
  fireEvent.change(screen.getByLabelText('Message'), { target: { value: 'Hi' } })
  act(() => fireEvent.submit(screen.getByRole('form')) as never)
  await screen.findByText('Hi')
  expect(screen.queryByText(/^(Older|No messages yet)$/)).toBeNull()

  view.rerender(<Chat name="another" />)
  expect(await screen.findByText('No messages yet')).toBeTruthy()
})
