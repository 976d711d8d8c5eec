// @vitest-environment node
import { serverInPage } from '@roomful/testing/vite'
import { expect, test } from 'vitest'
import { resolveConfig, version } from 'vite'

test('the plugin for pages loads in Vite 8, and names it where Vite is older', async () => {
  const resolved = resolveConfig({ configFile: false, plugins: [serverInPage()] }, 'serve').then(() => 'loaded', String)
  expect(await resolved).toBe(Number.parseInt(version) >= 8 ? 'loaded' : 'Error: serverInPage() needs Vite 8 or later')
})
