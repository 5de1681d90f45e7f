/** Which columns of the user's file are the points, and which is their class; with its first rows. */

import type { Taken } from "../form/points";
import type { OwnPoints } from "../protocol/wire";
import { explains } from "../words/explaining";
import { LAB } from "../words/terms";

interface ColumnsProps {
  read: OwnPoints;
  choose: (taken: Taken) => void;
}

export function Columns({ read, choose }: ColumnsProps) {
  const [x, y] = read.chosen;
  const { columns, labels } = read;
  return (
    <div class="columns small">
      <Choice
        label="x"
        value={x}
        options={columns}
        choose={(name) => choose({ columns: [name, name === y ? x : y], labels })}
      />
      <Choice
        label="y"
        value={y}
        options={columns}
        choose={(name) => choose({ columns: [name === x ? y : x, name], labels })}
      />
      <Choice
        label="class"
        value={labels ?? ""}
        options={["", ...columns]}
        choose={(name) => choose({ columns: [x, y], labels: name || null })}
      />
      <details>
        <summary>First rows of the file</summary>
        <div class="scrolling">
          <table class="mono">
            <thead>
              <tr>
                {columns.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {read.head.map((cells) => (
                <tr key={cells.join()}>
                  {cells.map((cell, at) => (
                    <td key={columns[at]}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: string[];
  choose: (name: string) => void;
}

function Choice({ label, value, options, choose }: ChoiceProps) {
  return (
    <label {...explains(LAB.column)}>
      <span class="muted">{label}</span>
      <select
        value={value}
        onChange={(event) => {
          choose(event.currentTarget.value);
          event.currentTarget.value = value; // until the file is read so
        }}
      >
        {options.map((name) => (
          <option key={name} value={name}>
            {name || "none"}
          </option>
        ))}
      </select>
    </label>
  );
}
