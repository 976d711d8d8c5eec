import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** A page has these packages with every library. */
const REACT = ['react', 'react-dom']

export interface Bundle {
  readonly code: string
  /** Packages that are not counted. */
  readonly external?: readonly string[]
}

/** Code that uses these exports of a module. */
export const only = (names: string, module: string): string =>
  `import { ${names} } from '${module}'; console.log(${names})`

/** Code that uses three hooks of Roomful. */
export const hooks = `import { createHooks } from '@roomful/react'; const { useSocket, useRoom, useEvent } = createHooks(); console.log(useSocket, useRoom, useEvent)`

/** What a page with this code adds to a page that has React, in bytes: a production bundle. */
export async function sizeOf({ code, external = [] }: Bundle): Promise<{ minified: number; gzip: number }> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    conditions: ['@roomful/source', 'production'],
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    external: [...REACT, ...external].flatMap((name) => [name, `${name}/*`]),
    logLevel: 'silent',
  })
  const bytes = outputFiles[0]?.contents ?? new Uint8Array()
  return { minified: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length }
}
