import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { flaskCommands } from './packages/client/test/support/flask-commands.ts'
import { serverCommands } from './packages/react/test/support/server-commands.ts'
// oxlint-disable-next-line no-restricted-imports -- the root depends on no package
import { serverInPage } from './packages/testing/src/vite.ts'
import { launchOptions } from './scripts/find-chromium.mjs'

const source = '@roomful/source'
// React 18.3, its own react-dom and testing library under the names of 19's: the hooks' tests run on both.
const react18 = ['react', 'react-dom', '@testing-library/react'].map((name) => ({
  find: new RegExp(`^${name}(/.*)?$`),
  replacement: `${import.meta.dirname}/packages/react/test/react-18/node_modules/${name}$1`,
}))

// Made anew for each project: Vitest writes into it.
const pages = () => ({
  enabled: true,
  headless: true,
  screenshotFailures: false,
  provider: playwright({ launchOptions: launchOptions() }),
  commands: { ...flaskCommands, ...serverCommands },
  instances: [{ browser: 'chromium' as const }],
})
const msw3Tests = 'packages/testing/test/**/*msw-3.browser.test.ts'

export default defineConfig({
  plugins: [serverInPage()],
  resolve: { conditions: [source, 'module', 'browser', 'development|production'] },
  ssr: {
    resolve: { conditions: [source, 'module', 'node', 'development|production'], externalConditions: [source, 'node'] },
  },
  test: {
    // The machine may be slow and busy: a test waits for its condition, and this is how long that may take.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          environment: 'node',
          include: ['{packages,apps,examples}/*/test/**/*.node.test.ts', 'scripts/test/*.node.test.ts'],
          typecheck: {
            enabled: true,
            checker: 'tsc',
            tsconfig: './tsconfig.vitest.json',
            include: ['packages/*/test/**/*.test-d.{ts,tsx}'],
          },
        },
      },
      {
        extends: true,
        test: {
          name: 'react-19',
          env: { REACT: '19' },
          environment: 'jsdom',
          include: ['{packages,apps,examples}/*/test/**/*.dom.test.{ts,tsx}'],
        },
      },
      {
        extends: true,
        resolve: { alias: react18 },
        test: {
          name: 'react-18',
          env: { REACT: '18' },
          environment: 'jsdom',
          include: ['packages/react/test/**/*.dom.test.{ts,tsx}'],
          exclude: ['**/activity.dom.test.tsx'], // it has none
        },
      },
      {
        extends: true,
        test: {
          name: 'chromium',
          include: ['{packages,examples}/*/test/**/*.browser.test.{ts,tsx}'],
          exclude: [msw3Tests],
          browser: pages(),
        },
      },
      {
        extends: true,
        resolve: { alias: { msw: 'msw-3' } },
        optimizeDeps: { exclude: ['msw-3'] },
        test: { name: 'chromium-msw-3', include: [msw3Tests], browser: pages() },
      },
    ],
  },
})
