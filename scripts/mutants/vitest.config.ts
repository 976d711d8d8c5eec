import { readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'
import { mutants } from './list.mjs'

const root = `${import.meta.dirname}/../..`
const { edits } = mutants.find(({ name }) => name === process.env['MUTANT']) ?? { edits: [] }

/** The configuration of all tests, with one rule broken in the sources. */
export default defineConfig({
  ...base,
  root,
  plugins: [
    ...(base.plugins ?? []),
    {
      name: 'mutant',
      enforce: 'pre',
      load(id) {
        const mine = edits.filter(({ file }) => id.split('?')[0]?.endsWith(`/${file}`))
        if (mine.length === 0) return null
        return mine.reduce(
          (code, { find, replace }) => code.replace(find, () => replace),
          readFileSync(`${root}/${mine[0]!.file}`, 'utf8'),
        )
      },
    },
  ],
})
