import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

const { hookTimeout, expect } = base.test ?? {}

/** The tests of `pnpm test:deploy`. They measure times with many clients, so that each runs alone. */
export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  resolve: base.resolve ?? {},
  ssr: base.ssr ?? {},
  test: {
    include: ['packages/*/test/**/*.system.test.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: hookTimeout ?? 0,
    expect: expect ?? {},
  },
})
