/** Seeds whose runs once failed, how long they took to, and what was wrong; each stays a test. */
export const failedSeeds: readonly { readonly seed: number; readonly seconds: number; readonly why: string }[] = [
  { seed: 9, seconds: 12, why: 'connected again while it adopts, it sent its own before what an earlier page left' },
]
