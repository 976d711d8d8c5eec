'use client'
/** No frame comes while the page is hidden: this long after, it counts as come. */
const LATEST_MS = 100
const WITHOUT_FRAMES_MS = 16
/** A frame that has not come by then is not waited for: its timers were taken away (a test's fake ones), or the page was busy. */
const GIVEN_UP_MS = 1_000

const due = new Set<() => void>()
let isBusy = false
let since = 0
let cancelFrame = (): void => {}

/** Calls a task in a microtask after a quiet frame, else with the next frame; once, however often it is asked for. */
export function onFrame(task: () => void): void {
  due.add(task)
  const elapsedMs = performance.now() - since
  if (isBusy && elapsedMs >= 0 && elapsedMs < GIVEN_UP_MS) return
  isBusy = true
  since = performance.now()
  queueMicrotask(run)
}

function run(): void {
  cancelFrame()
  const tasks = [...due]
  due.clear()
  isBusy = tasks.length > 0
  since = performance.now()
  if (isBusy) cancelFrame = nextFrame(run)
  for (const task of tasks) {
    try {
      task()
    } catch (error) {
      rethrow(error)
    }
  }
}

/** Returns its undo. */
function nextFrame(call: () => void): () => void {
  const hasFrames = typeof requestAnimationFrame === 'function'
  const timer = setTimeout(call, hasFrames ? LATEST_MS : WITHOUT_FRAMES_MS)
  const frame = hasFrames ? requestAnimationFrame(call) : undefined
  return () => {
    clearTimeout(timer)
    if (frame !== undefined) cancelAnimationFrame(frame)
  }
}

/** A task that throws harms no other; the page's own handler of errors hears of it. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
