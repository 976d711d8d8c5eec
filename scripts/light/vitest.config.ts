import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'
import { lightProjects } from './light-projects.ts'

/** `pnpm test:light` */
export default defineConfig({
  ...base,
  root: `${import.meta.dirname}/../..`,
  test: { ...base.test, projects: lightProjects({ isWhole: true }) },
})
