import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { catchUncaught } from '../../client/test/support/uncaught.ts'

const FRAME_MS = 16

/** A new scheduler on fake timers; `frames` says whether the page gets animation frames. */
async function start(frames: 'none' | 'shown' | 'hidden' = 'none') {
  vi.useFakeTimers()
  vi.resetModules()
  const cancelled = vi.fn<(id: number) => void>((id) => clearTimeout(id))
  if (frames !== 'none') {
    vi.stubGlobal('requestAnimationFrame', (call: () => void) => (frames === 'shown' ? setTimeout(call, FRAME_MS) : 7))
    vi.stubGlobal('cancelAnimationFrame', cancelled)
  }
  onTestFinished(() => {
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })
  const { onFrame } = await import('../src/frame.ts')
  const calls: string[] = []
  const task = (name: string) => () => void calls.push(name)
  return { onFrame, calls, a: task('a'), b: task('b'), cancelled }
}

const microtasks = () => Promise.resolve()

beforeEach(() => void vi.useRealTimers())

test('after a quiet frame a task runs in a microtask, once, even if it is passed in several times', async () => {
  const { onFrame, calls, a, b } = await start()
  onFrame(a)
  onFrame(a)
  onFrame(b)
  expect(calls).toEqual([])
  await microtasks()
  expect(calls).toEqual(['a', 'b'])
  vi.advanceTimersByTime(FRAME_MS)
  expect(vi.getTimerCount()).toBe(0)
  onFrame(b)
  await microtasks()
  expect(calls).toEqual(['a', 'b', 'b'])
})

test.each(['none', 'shown'] as const)('under load a task runs once a frame (frames: %s)', async (frames) => {
  const { onFrame, calls, a } = await start(frames)
  for (let ms = 0; ms < FRAME_MS * 10; ms += 1) {
    onFrame(a)
    await microtasks()
    vi.advanceTimersByTime(1)
  }
  expect(calls).toHaveLength(11) // the first in a microtask
  vi.advanceTimersByTime(FRAME_MS * 2)
  expect(calls).toHaveLength(11)
  vi.advanceTimersByTime(1_000)
  expect(vi.getTimerCount()).toBe(0)
})

test('in a hidden page, which gets no frames, a timer runs the tasks', async () => {
  const { onFrame, calls, a, cancelled } = await start('hidden')
  onFrame(a)
  await microtasks()
  onFrame(a)
  vi.advanceTimersByTime(99)
  expect(calls).toHaveLength(1)
  vi.advanceTimersByTime(1)
  expect(calls).toHaveLength(2)
  expect(cancelled).toHaveBeenCalledWith(7)
})

test('tasks run again after a cancelled frame', async () => {
  const { onFrame, calls, a } = await start()
  onFrame(a)
  await microtasks()
  vi.clearAllTimers()
  onFrame(a)
  vi.advanceTimersByTime(999)
  expect(calls).toHaveLength(1)
  vi.advanceTimersByTime(1)
  onFrame(a)
  await microtasks()
  expect(calls).toHaveLength(2)
})

test('a task that passes itself in again runs with the next frame', async () => {
  const { onFrame, calls } = await start()
  const again = () => {
    calls.push('again')
    if (calls.length < 3) onFrame(again)
  }
  onFrame(again)
  await microtasks()
  expect(calls).toHaveLength(1)
  vi.advanceTimersByTime(FRAME_MS * 5)
  expect(calls).toHaveLength(3)
})

test('a task that throws stops no other task and no frame, and the page gets each error', async () => {
  const thrown = catchUncaught()
  const { onFrame, calls, a, b } = await start()
  for (const message of ['mine', 'yours'])
    onFrame(() => {
      throw new Error(message)
    })
  onFrame(a)
  await microtasks()
  onFrame(b)
  vi.advanceTimersByTime(FRAME_MS)
  expect(calls).toEqual(['a', 'b'])
  await expect.poll(() => thrown).toEqual([new Error('mine'), new Error('yours')])
})

test('after a task of more than a second, tasks run once a frame again', async () => {
  const { onFrame, calls, a } = await start('shown')
  onFrame(a)
  await microtasks()
  const now = performance.now.bind(performance)
  const late = vi.spyOn(performance, 'now').mockImplementation(() => now() + 1_200)
  onTestFinished(() => late.mockRestore())
  for (let ms = 0; ms < FRAME_MS * 10; ms += 1) {
    onFrame(a)
    await microtasks()
    vi.advanceTimersByTime(1)
  }
  expect(calls).toHaveLength(12) // one before, one that gives up the frame, and one a frame
})
