import { defineConfig } from 'vitest/config'

/** The tests of `pnpm test:servers`: each server, with the packages that are installed in `.cache/servers`. */
export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  test: {
    include: ['packages/client/test/servers/*.{night,node}.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
