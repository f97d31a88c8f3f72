import { element } from '../element.js';
import { isTemperature, isTokenCount, type Settings, temperatureRange } from '../settings.js';
import { checkbox, field, showDialog } from './dialog.js';

/** Lets the reader change what is asked of models. @returns the settings that are wanted now. */
export async function changeSettings(settings: Settings): Promise<Settings> {
  const { minimum, maximum } = temperatureRange;
  const system = element('textarea', { rows: '4' });
  system.value = settings.system;
  const temperature = element('input', {
    type: 'number',
    inputmode: 'decimal',
    min: String(minimum),
    max: String(maximum),
    step: 'any',
    placeholder: 'As the server has it',
  });
  temperature.value = settings.temperature?.toString() ?? '';
  const tokens = element('input', {
    type: 'number',
    inputmode: 'numeric',
    min: '1',
    step: '1',
    placeholder: 'No limit',
  });
  tokens.value = settings.maximumTokens?.toString() ?? '';
  const blind = checkbox('Side by side, hide the models’ names until I vote', settings.hideNames);
  let changed = settings;
  await showDialog({
    title: 'Settings',
    body: [
      field('System prompt', system, 'Put in front of every conversation.'),
      element(
        'div',
        { class: 'fields' },
        field('Temperature', temperature, `${minimum} is the likeliest reply, ${maximum} the most surprising.`),
        field('Most tokens of a reply', tokens, 'About four characters each.'),
      ),
      blind.row,
    ],
    action: 'Save',
    onAction: () => {
      const number = ({ value, valueAsNumber }: HTMLInputElement) => (value === '' ? undefined : valueAsNumber);
      const wanted = { temperature: number(temperature), maximumTokens: number(tokens) };
      if (wanted.temperature !== undefined && !isTemperature(wanted.temperature)) return false;
      if (wanted.maximumTokens !== undefined && !isTokenCount(wanted.maximumTokens)) return false;
      changed = { ...settings, ...wanted, system: system.value, hideNames: blind.input.checked };
      return true;
    },
  });
  return changed;
}
