import type { Client } from '@roomful/client'
import { act, cleanup, render, screen } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { useEmitWithAck, type UseEmitWithAck } from '../src/index.ts'
import { createQuestion } from '../src/question.ts'

afterEach(cleanup)

const refused = 'what the client throws at'

/** A client whose calls the test answers. */
function start() {
  const calls: {
    readonly event: string
    readonly args: readonly unknown[]
    readonly options: { readonly signal: AbortSignal; readonly timeoutMs?: number }
    answer(data: unknown): void
    fail(error: unknown): void
  }[] = []
  const client = {
    with: (options: { signal: AbortSignal; timeoutMs?: number }) => ({
      emitWithAck: (event: string, ...args: unknown[]) => {
        if (args[0] === refused) throw new Error('not that')
        const asked = new Promise((answer, fail) => {
          calls.push({ event, args, options, answer, fail })
          options.signal.addEventListener('abort', () => fail(options.signal.reason as unknown))
        })
        asked.catch(() => {})
        return asked
      },
    }),
  }
  type Shown = UseEmitWithAck<unknown[], unknown>
  const seen: Shown[] = []
  function Ask({ event = 'whoami', timeoutMs }: { event?: string; timeoutMs?: number }) {
    seen.push(useEmitWithAck(client as unknown as Client, event, { timeoutMs }))
    const { isPending, error, data } = seen.at(-1) as Shown
    return <output>{[isPending, error?.message, data].map(String).join(' ')}</output>
  }
  const emit = (...args: unknown[]): Promise<unknown> => (seen.at(-1) as Shown).emit(...args)
  return { calls, seen, Ask, emit }
}

const shows = (text: string) => expect(screen.getByRole('status').textContent).toBe(text)

test('shows that it waits, then the answer; one render each, and emit stays the same', async () => {
  const { calls, seen, Ask, emit } = start()
  render(<Ask timeoutMs={50} />)
  shows('false undefined undefined')
  let answer: Promise<unknown> | undefined
  act(() => void (answer = emit('a', 'b')))
  shows('true undefined undefined')
  await act(async () => calls[0]?.answer('Ann'))
  shows('false undefined Ann')
  await expect(answer).resolves.toBe('Ann')
  expect(seen).toHaveLength(3)
  expect(new Set(seen.map((shown) => shown.emit)).size).toBe(1)
  expect(calls[0]).toMatchObject({ event: 'whoami', args: ['a', 'b'], options: { timeoutMs: 50 } })
})

test('shows why it failed; the promise rejects with the same, and the next call takes that away', async () => {
  const { calls, Ask, emit } = start()
  render(<Ask />)
  let answer: Promise<unknown> | undefined
  act(() => void (answer = emit()))
  await act(async () => calls[0]?.fail(new Error('no')))
  shows('false no undefined')
  await expect(answer).rejects.toThrow('no')
  act(() => void emit())
  shows('true undefined undefined')
  expect(calls[1]?.options).not.toHaveProperty('timeoutMs')
})

test('the newest call is shown, whatever becomes of older ones; each promise has its own answer', async () => {
  const { calls, seen, Ask, emit } = start()
  render(<Ask />)
  const answers: Promise<unknown>[] = []
  act(() => void answers.push(emit(1)))
  act(() => void answers.push(emit(2)))
  expect(seen).toHaveLength(2)
  await act(async () => calls[1]?.answer('second'))
  shows('false undefined second')
  await act(async () => calls[0]?.answer('first'))
  shows('false undefined second')
  await expect(Promise.all(answers)).resolves.toEqual(['first', 'second'])
})

test('unmounted, what runs is aborted; StrictMode aborts nothing', async () => {
  const { calls, seen, Ask, emit } = start()
  const view = render(<Ask />, { wrapper: StrictMode })
  let answer: Promise<unknown> | undefined
  act(() => void (answer = emit()))
  expect(calls[0]?.options.signal.aborted).toBe(false)
  const renders = seen.length
  view.unmount()
  expect(calls[0]?.options.signal.aborted).toBe(true)
  await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
  expect(seen).toHaveLength(renders)
})

test('another timeoutMs is for the next call: what runs goes on', async () => {
  const { calls, Ask, emit } = start()
  const view = render(<Ask timeoutMs={50} />)
  act(() => void emit())
  view.rerender(<Ask timeoutMs={60} />)
  expect(calls[0]?.options).toMatchObject({ timeoutMs: 50, signal: { aborted: false } })
  await act(async () => calls[0]?.answer('Ann'))
  shows('false undefined Ann')
  act(() => void emit())
  expect(calls[1]?.options).toMatchObject({ timeoutMs: 60 })
})

test('what was answered is kept when nobody watches for a while; what runs is aborted, and not shown', async () => {
  const asked: { answer(data: string): void; readonly signal: AbortSignal }[] = []
  const question = createQuestion<[], string>((signal) => new Promise((answer) => void asked.push({ answer, signal })))
  const watch = () => question.state.subscribe(() => {})
  let off = watch()
  const first = question.emit()
  asked[0]?.answer('Ann')
  await first
  off()
  expect(question.state.getState()).toEqual({ isPending: false, error: undefined, data: 'Ann' })
  off = watch()
  void question.emit()
  off()
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, true])
  asked[1]?.answer('Bob')
  await Promise.resolve()
  expect(question.state.getState()).toEqual({ isPending: false, error: undefined, data: undefined })
})

test('an error is an Error, whatever was thrown, also before anything is sent', async () => {
  const { calls, seen, Ask, emit } = start()
  render(<Ask />)
  act(() => void emit())
  await act(async () => calls[0]?.fail('no'))
  expect(seen.at(-1)?.error).toEqual(new Error('no', { cause: 'no' }))
  let answer: Promise<unknown> | undefined
  await act(async () => void (answer = emit(refused)).catch(() => {}))
  shows('false not that undefined')
  await expect(answer).rejects.toThrow('not that')
})

test('another event begins anew', async () => {
  const { calls, Ask, emit } = start()
  const view = render(<Ask />)
  act(() => void emit())
  await act(async () => calls[0]?.answer('Ann'))
  act(() => void emit())
  view.rerender(<Ask event="other" />)
  shows('false undefined undefined')
  expect(calls[1]?.options.signal.aborted).toBe(true)
})

test('a failure that nobody waits for is shown, and is no unhandled rejection', async () => {
  const unhandled = vi.fn<() => void>()
  process.on('unhandledRejection', unhandled)
  const { calls, Ask, emit } = start()
  render(<Ask />)
  act(() => void emit())
  await act(async () => calls[0]?.fail(new Error('no')))
  await new Promise((resolve) => setTimeout(resolve))
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
  shows('false no undefined')
})
