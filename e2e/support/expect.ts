import { expect as base } from '@playwright/test'

/** Waits for conditions long enough for a slow and busy machine. */
export const expect = base.configure({ timeout: 20_000 })
