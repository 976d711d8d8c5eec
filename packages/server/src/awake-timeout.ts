const SLICES = 20

/**
 * Calls back after `ms` in which this process ran. A time in which it stood still (it was stopped, the machine slept, or its
 * event loop was blocked) counts as at most a twentieth of `ms`: a timer that fires late fires once. Returns its undo.
 */
export function setAwakeTimeout(callback: () => void, ms: number): () => void {
  const slices = Math.min(SLICES, ms)
  let left = slices
  const next = (): ReturnType<typeof setTimeout> => setTimeout(endSlice, Math.ceil(ms / slices))
  const endSlice = (): void => {
    left -= 1
    if (left > 0) timer = next()
    else callback()
  }
  let timer = next()
  return () => clearTimeout(timer)
}
