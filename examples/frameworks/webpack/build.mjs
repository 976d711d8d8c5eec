import webpack from 'webpack'
import { bundle } from './bundle.mjs'
import { swcOptions } from './swc-options.mjs'

bundle(webpack, { loader: 'swc-loader', options: swcOptions })
