import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

/**
 * Builds dist/ with webpack or rspack, whose interfaces are the same. A warning fails the build, except one about size.
 * @param bundler The default export of `webpack` or `@rspack/core`.
 * @param loader The loader for TypeScript, with its options.
 */
export function bundle(bundler, loader) {
  const compiler = bundler({
    mode: 'production',
    entry: './main.tsx',
    output: { path: resolve('dist'), filename: 'main.js' },
    module: { rules: [{ test: /\.tsx?$/, exclude: /node_modules/, use: loader }] },
    performance: { hints: false },
  })
  compiler.run((error, stats) => {
    if (error) throw error
    console.log(stats.toString({ preset: 'errors-warnings' }))
    if (stats.hasErrors() || stats.hasWarnings()) process.exitCode = 1
    writeFileSync('dist/index.html', readFileSync('index.html', 'utf8').replace('main.tsx', 'main.js'))
  })
}
