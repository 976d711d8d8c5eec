const { getDefaultConfig, mergeConfig } = require('@react-native/metro-config')

/** For Hermes alone: React Native's own start needs the native modules of a phone. */
module.exports = mergeConfig(getDefaultConfig(__dirname), { serializer: { getModulesRunBeforeMainModule: () => [] } })
