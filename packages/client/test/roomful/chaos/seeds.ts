/** Seeds whose runs have failed once, with the duration and the reason. Each of them stays a test. */
export const failedSeeds: readonly { readonly seed: number; readonly seconds: number; readonly why: string }[] = [
  {
    seed: 9,
    seconds: 12,
    why: 'a page that reconnected while it adopted sent its own messages before the adopted ones',
  },
]
