'use client'
/** In a hidden page no frame comes. After this time, tasks run without one. */
const LATEST_MS = 100
const WITHOUT_FRAMES_MS = 16
/** A frame that takes longer is given up: its timer was removed (by fake timers in a test), or the page was busy. */
const GIVEN_UP_MS = 1_000

const tasks = new Set<() => void>()
let isBusy = false
let since = 0
let cancelFrame = (): void => {}

/** Runs a task once, however often it is passed in: in a microtask after a quiet frame, else with the next frame. */
export function onFrame(task: () => void): void {
  tasks.add(task)
  const elapsedMs = performance.now() - since
  if (isBusy && elapsedMs >= 0 && elapsedMs < GIVEN_UP_MS) return
  isBusy = true
  since = performance.now()
  queueMicrotask(run)
}

function run(): void {
  cancelFrame()
  const due = [...tasks]
  tasks.clear()
  isBusy = due.length > 0
  since = performance.now()
  if (isBusy) cancelFrame = requestFrame(run)
  for (const task of due) {
    try {
      task()
    } catch (error) {
      rethrow(error)
    }
  }
}

/** Returns the function that cancels it. */
function requestFrame(callback: () => void): () => void {
  const hasFrames = typeof requestAnimationFrame === 'function'
  const timer = setTimeout(callback, hasFrames ? LATEST_MS : WITHOUT_FRAMES_MS)
  const frame = hasFrames ? requestAnimationFrame(callback) : undefined
  return () => {
    clearTimeout(timer)
    if (frame !== undefined) cancelAnimationFrame(frame)
  }
}

/** Reports the error to the page's `error` event; the other tasks still run. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
