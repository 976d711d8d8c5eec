import { Profiler } from 'react'
import { expect, test } from 'vitest'
import { render } from 'vitest-browser-react'
import { userEvent } from 'vitest/browser'
import { useState } from 'react'
import { useEventReducer } from '../src/index.ts'
import { createBell } from './support/bell.ts'

const COMPONENTS = 200
const EVENTS = 3_000

/** Rings a few times in each task of the page's event loop, as a socket does, until the test is done. */
async function ringAll(bell: ReturnType<typeof createBell>): Promise<number> {
  let frames = 0
  let isOver = false
  const count = () => {
    frames += 1
    if (!isOver) requestAnimationFrame(count)
  }
  requestAnimationFrame(count)
  for (let n = 1; n <= EVENTS; n += 1) {
    bell.ring('n', n)
    if (n % 5 === 0) await new Promise((resolve) => setTimeout(resolve))
  }
  isOver = true
  return frames
}

test('under load React commits at most once a frame, and shows the last event', async () => {
  const bell = createBell()
  let commits = 0
  const Last = () => <i>{useEventReducer(bell.client, 'n', (_, n: number) => n, 0)}</i>
  const Count = () => <output>{useEventReducer(bell.client, 'n', (count) => count + 1, 0)}</output>
  const screen = await render(
    <Profiler id="all" onRender={() => (commits += 1)}>
      <Count />
      {Array.from({ length: COMPONENTS }, (_, key) => (
        <Last key={key} />
      ))}
    </Profiler>,
  )
  const before = commits
  const frames = await ringAll(bell)
  await expect.element(screen.getByRole('status')).toHaveTextContent(String(EVENTS))
  const shown = [...screen.container.querySelectorAll('i')].map((element) => element.textContent)
  expect(new Set(shown)).toEqual(new Set([String(EVENTS)]))
  // Three more: the first event, the events after the last frame, and a late frame.
  expect(commits - before).toBeLessThanOrEqual(frames + 3)
  expect(commits - before).toBeLessThan(EVENTS / 5)
})

test('an input keeps the typed text under load', async () => {
  const bell = createBell()
  function Page() {
    const [text, setText] = useState('')
    const count = useEventReducer(bell.client, 'n', (n) => n + 1, 0)
    return (
      <>
        <input aria-label="text" value={text} onChange={({ target }) => setText(target.value)} />
        <output>{count}</output>
      </>
    )
  }
  const screen = await render(<Page />)
  const ringing = ringAll(bell)
  await userEvent.type(screen.getByRole('textbox'), 'hello')
  await userEvent.type(screen.getByRole('textbox'), '{Home}oh ')
  await ringing
  await expect.element(screen.getByRole('textbox')).toHaveValue('oh hello')
  await expect.element(screen.getByRole('status')).toHaveTextContent(String(EVENTS))
})
