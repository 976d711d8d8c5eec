import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { flaskCommands } from './packages/client/test/support/flask-commands.ts'
import { serverCommands } from './packages/react/test/support/server-commands.ts'
// oxlint-disable-next-line no-restricted-imports -- the root depends on no package
import { serverInPage } from './packages/testing/src/vite.ts'
import { launchOptions } from './scripts/find-chromium.mjs'
import { lightProjects } from './scripts/light/light-projects.ts'
import { integrationTests } from './scripts/test-parts.mjs'

const source = '@roomful/source'
// React 18.3 with its react-dom and testing library, in place of React 19: the tests of the hooks run on both.
const react18 = ['react', 'react-dom', '@testing-library/react'].map((name) => ({
  find: new RegExp(`^${name}(/.*)?$`),
  replacement: `${import.meta.dirname}/packages/react/test/react-18/node_modules/${name}$1`,
}))

// A new object for each project, since Vitest changes it.
const pages = () => ({
  enabled: true,
  headless: true,
  screenshotFailures: false,
  provider: playwright({ launchOptions: launchOptions() }),
  commands: { ...flaskCommands, ...serverCommands },
  instances: [{ browser: 'chromium' as const }],
})
const msw3Tests = 'packages/testing/test/**/*msw-3.browser.test.ts'

const nodeTests = ['{packages,apps,examples}/*/test/**/*.node.test.ts', 'scripts/test/*.node.test.ts']
const domTests = ['{packages,apps,examples}/*/test/**/*.dom.test.{ts,tsx}']
const domTestsOfReact18 = ['packages/react/test/**/*.dom.test.{ts,tsx}']
const installed = '**/node_modules/**'
const withoutReact18 = '**/activity.dom.test.tsx' // React 18 has no <Activity>

const integration = integrationTests(
  import.meta.dirname,
  ['packages', 'apps', 'examples', 'scripts'],
  /\.(node|dom)\.test\.tsx?$/,
)
const integrationNode = integration.filter((file) => file.includes('.node.test.'))
const integrationDom = integration.filter((file) => file.includes('.dom.test.'))
// Unit tests share threads and modules; scripts/unit-setup.ts keeps them inside the process.
const shared = {
  pool: 'threads' as const,
  isolate: false,
  setupFiles: ['./scripts/unit-setup.ts'],
}
const sharedDom = { ...shared, environment: 'jsdom', setupFiles: [...shared.setupFiles, './scripts/unit-setup-dom.ts'] }

export default defineConfig({
  plugins: [serverInPage()],
  resolve: { conditions: [source, 'module', 'browser', 'development|production'] },
  // Without `module`, as in Node itself: the files that OpenTelemetry names there are for bundlers, and Node cannot load them.
  ssr: {
    resolve: { conditions: [source, 'node', 'development|production'], externalConditions: [source, 'node'] },
  },
  test: {
    // Tests wait for a condition. The limits are high because the machine may be slow and busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: 'unit:node',
          environment: 'node',
          include: nodeTests,
          exclude: [...integrationNode, installed],
        },
      },
      {
        extends: true,
        test: {
          ...sharedDom,
          name: 'unit:react-19',
          env: { REACT: '19' },
          include: domTests,
          exclude: [...integrationDom, installed],
        },
      },
      {
        extends: true,
        resolve: { alias: react18 },
        test: {
          ...sharedDom,
          name: 'unit:react-18',
          env: { REACT: '18' },
          include: domTestsOfReact18,
          exclude: [...integrationDom, withoutReact18, installed],
        },
      },
      {
        extends: true,
        test: {
          name: 'integration:types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            checker: 'tsc',
            tsconfig: './tsconfig.vitest.json',
            include: ['packages/*/test/**/*.test-d.{ts,tsx}'],
          },
        },
      },
      {
        extends: true,
        test: { name: 'integration:node', environment: 'node', include: integrationNode },
      },
      {
        extends: true,
        test: {
          name: 'integration:react-19',
          env: { REACT: '19' },
          environment: 'jsdom',
          include: integrationDom,
        },
      },
      {
        extends: true,
        resolve: { alias: react18 },
        test: {
          name: 'integration:react-18',
          env: { REACT: '18' },
          environment: 'jsdom',
          include: integrationDom.filter((file) => file.startsWith('packages/react/')),
          exclude: [withoutReact18],
        },
      },
      {
        extends: true,
        test: {
          name: 'integration:chromium',
          include: ['{packages,examples}/*/test/**/*.browser.test.{ts,tsx}'],
          exclude: [msw3Tests],
          browser: pages(),
        },
      },
      {
        extends: true,
        resolve: { alias: { msw: 'msw-3' } },
        optimizeDeps: { exclude: ['msw-3'] },
        test: { name: 'integration:chromium-msw-3', include: [msw3Tests], browser: pages() },
      },
      ...lightProjects({ isWhole: false }),
    ],
  },
})
