'use client'
/** No frame comes while the page is hidden: this long after, it counts as come. */
const LATEST_MS = 100
const WITHOUT_FRAMES_MS = 16
/** A frame that has not come by then never will: its timers were taken away (a test's fake ones, a page that was frozen). */
const GIVEN_UP_MS = 1_000

const due = new Set<() => void>()
let isBusy = false
let since = 0

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
  const tasks = [...due]
  due.clear()
  isBusy = tasks.length > 0
  since = performance.now()
  if (isBusy) nextFrame(run)
  for (const task of tasks) task()
}

function nextFrame(call: () => void): void {
  const hasFrames = typeof requestAnimationFrame === 'function'
  const come = (): void => {
    clearTimeout(timer)
    if (frame !== undefined) cancelAnimationFrame(frame)
    call()
  }
  const timer = setTimeout(come, hasFrames ? LATEST_MS : WITHOUT_FRAMES_MS)
  const frame = hasFrames ? requestAnimationFrame(come) : undefined
}
