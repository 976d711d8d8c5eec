import { rspack } from '@rspack/core'
import { bundle } from './bundle.mjs'
import { swcOptions } from './swc-options.mjs'

bundle(rspack, { loader: 'builtin:swc-loader', options: swcOptions })
