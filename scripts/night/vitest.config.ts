import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

const { testTimeout, hookTimeout, expect } = base.test ?? {}

/** The tests of `pnpm test:servers` and `pnpm test:react-native`, which need what these scripts install in `.cache`. */
export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  resolve: base.resolve ?? {},
  ssr: base.ssr ?? {},
  test: {
    include: ['packages/*/test/**/*.night.test.ts', 'packages/client/test/servers/*.node.test.ts'],
    testTimeout: testTimeout ?? 0,
    hookTimeout: hookTimeout ?? 0,
    expect: expect ?? {},
  },
})
