import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import type { FC } from 'react'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { start } from './support/start.ts'

afterEach(cleanup)

test('the code of the README runs', async () => {
  const { server, client } = await start()
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
  await expect.poll(() => server.words()).toEqual(['join general', 'message general:Hello'])

  view.rerender(<Chat name="general" />)
  await screen.findByLabelText('general: joined, 0 others')
  fireEvent.change(screen.getByLabelText('Message'), { target: { value: 'Hi' } })
  act(() => fireEvent.submit(screen.getByRole('form')) as never)
  await screen.findByText('Hi')
  fireEvent.click(screen.getByText('Older'))
  await expect.poll(() => screen.queryByText('Older')).toBeNull()
})
