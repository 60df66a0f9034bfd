// SCORM 2004, for the pages of a package.
import { Scorm2004API } from "scorm-again/scorm2004/min";
import { serve } from "../lib/scorm.js";

serve(Scorm2004API, {
  name: "API_1484_11",
  isLenient: false,
  words: {
    start: "Initialize",
    end: "Terminate",
    get: "GetValue",
    set: "SetValue",
    commit: "Commit",
    error: "GetLastError",
    sentence: "GetErrorString",
    diagnosis: "GetDiagnostic",
  },
});
