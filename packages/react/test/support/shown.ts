import { act } from '@testing-library/react'

/** Runs `work` and waits until React has rendered its effects and a quiet frame has passed. */
export async function shown(work: () => void = () => {}): Promise<void> {
  await act(async () => {
    work()
    await quietFrame()
  })
}

async function quietFrame(): Promise<void> {
  for (let n = 0; n < 3; n += 1) await new Promise((resolve) => requestAnimationFrame(resolve))
}
