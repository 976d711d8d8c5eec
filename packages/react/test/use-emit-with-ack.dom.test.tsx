import type { Client } from '@roomful/client'
import { act, cleanup, render, screen } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { useEmitWithAck, type UseEmitWithAck } from '../src/index.ts'
import { createRequest } from '../src/request.ts'

afterEach(cleanup)

const refused = 'what the client throws at'

/** A client whose calls are answered by the test. */
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
  const emit = (...args: unknown[]): Promise<unknown> => (seen.at(-1) as Shown).emitWithAck(...args)
  return { calls, seen, Ask, emit }
}

const shows = (text: string) => expect(screen.getByRole('status').textContent).toBe(text)

test('shows the pending call and then its answer, with one render each, and emitWithAck stays the same function', async () => {
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
  expect(new Set(seen.map((shown) => shown.emitWithAck)).size).toBe(1)
  expect(calls[0]).toMatchObject({ event: 'whoami', args: ['a', 'b'], options: { timeoutMs: 50 } })
})

test('shows the error that the promise rejects with, until the next call', async () => {
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

test('shows the newest call only, and each promise resolves with its own answer', async () => {
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

test('an unmount aborts pending calls, and StrictMode does not', async () => {
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

test('a new timeoutMs is for the next call, and a pending call continues', async () => {
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

test('without listeners an answer is kept, and a pending call is aborted and not shown', async () => {
  const asked: { answer(data: string): void; readonly signal: AbortSignal }[] = []
  const request = createRequest<[], string>((signal) => new Promise((answer) => void asked.push({ answer, signal })))
  const watch = () => request.state.subscribe(() => {})
  let off = watch()
  const first = request.emitWithAck()
  asked[0]?.answer('Ann')
  await first
  off()
  expect(request.state.getState()).toEqual({ isPending: false, error: undefined, data: 'Ann' })
  off = watch()
  void request.emitWithAck()
  off()
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, true])
  asked[1]?.answer('Bob')
  await Promise.resolve()
  expect(request.state.getState()).toEqual({ isPending: false, error: undefined, data: undefined })
})

test('`error` is always an Error, also if the call throws before it sends', async () => {
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

test('reset clears the result; a pending call continues, and its result is not shown', async () => {
  const { calls, seen, Ask, emit } = start()
  render(<Ask />)
  act(() => void emit())
  await act(async () => calls[0]?.answer('Ann'))
  act(() => seen.at(-1)?.reset())
  shows('false undefined undefined')
  let answer: Promise<unknown> | undefined
  act(() => void (answer = emit()))
  act(() => seen.at(-1)?.reset())
  shows('false undefined undefined')
  await act(async () => calls[1]?.answer('Bob'))
  await expect(answer).resolves.toBe('Bob')
  shows('false undefined undefined')
  act(() => void emit().catch(() => {}))
  await act(async () => calls[2]?.fail(new Error('no')))
  shows('false no undefined')
  act(() => seen.at(-1)?.reset())
  shows('false undefined undefined')
  expect(new Set(seen.map(({ reset }) => reset)).size).toBe(1)
})

test('another event starts again', async () => {
  const { calls, Ask, emit } = start()
  const view = render(<Ask />)
  act(() => void emit())
  await act(async () => calls[0]?.answer('Ann'))
  act(() => void emit())
  view.rerender(<Ask event="other" />)
  shows('false undefined undefined')
  expect(calls[1]?.options.signal.aborted).toBe(true)
})

test('a failure that no code handles is shown, and is not an unhandled rejection', async () => {
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
