import { act } from '@testing-library/react'

/** Does something, and waits until what it caused has been shown, and a quiet frame has passed. */
export async function shown(work: () => void = () => {}): Promise<void> {
  await act(async () => {
    work()
    await quietFrame()
  })
}

async function quietFrame(): Promise<void> {
  for (let n = 0; n < 3; n += 1) await new Promise((resolve) => requestAnimationFrame(resolve))
}
