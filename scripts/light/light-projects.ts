import type { TestProjectInlineConfiguration } from 'vitest/config'

const root = `${import.meta.dirname}/../..`

export function lightProjects(): TestProjectInlineConfiguration[] {
  const alias = [
    { find: /^@roomful\/client$/, replacement: `${root}/packages/client/test/light/support/client-entry.ts` },
  ]
  return [
    {
      extends: true,
      resolve: { alias },
      test: {
        name: 'light:node',
        env: { TRANSPORT: 'light' },
        environment: 'node',
        setupFiles: [`${root}/scripts/light/web-socket.ts`],
        include: ['packages/client/test/**/*.node.test.ts'],
      },
    },
  ]
}
