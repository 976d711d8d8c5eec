import { expect as base } from '@playwright/test'

/** The machine may be slow and busy: this is how long a condition may take to come true. */
export const expect = base.configure({ timeout: 20_000 })
