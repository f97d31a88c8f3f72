export const CONFIG_FILE = 'adapter_config.json';
export const WEIGHTS_FILE = 'adapter_model.safetensors';

/** Key of the safetensors file's metadata by which this package knows the adapters it wrote. */
export const OWN_MARK = 'vicuna';
