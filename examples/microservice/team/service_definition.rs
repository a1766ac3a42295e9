//! What the service is, worked out of its charter.

use examples::microservice;
use workflow_runtime::prelude::*;

use super::{Team, listed};
use crate::{
    CHARTER,
    artifacts::{
        DataOwnership, DependencyMap, ServiceBoundaries, ServiceCharter, ServiceInterfaces, ServiceLevels,
    },
    definition::{boundaries, dependencies, interfaces, levels, ownership},
};

impl microservice::ServiceDefinition for Team {
    async fn define_boundaries(
        &self,
        cx: &StepContext,
        charter: &ServiceCharter,
    ) -> StepResult<ServiceBoundaries> {
        let boundaries = boundaries::draw(charter)?;
        self.folders.begin_or_go_on(cx)?.write_json(CHARTER, charter)?;
        let (inside, outside) = (boundaries.capabilities.len(), boundaries.excluded.len());
        cx.say(format_args!(
            "{inside} capabilities inside, {outside} belong to others"
        ));
        Ok(boundaries)
    }

    async fn identify_data_ownership(
        &self,
        cx: &StepContext,
        charter: &ServiceCharter,
        boundaries: &ServiceBoundaries,
    ) -> StepResult<DataOwnership> {
        let ownership = ownership::identify(charter, boundaries);
        let names = ownership.entities.iter().map(|entity| entity.entity.as_str());
        cx.say(format_args!("touches {}", listed(names)));
        Ok(ownership)
    }

    async fn establish_interfaces(
        &self,
        cx: &StepContext,
        boundaries: &ServiceBoundaries,
        ownership: &DataOwnership,
    ) -> StepResult<ServiceInterfaces> {
        let interfaces = interfaces::establish(boundaries, ownership)?;
        let asked = interfaces
            .exchanges
            .iter()
            .map(|exchange| exchange.asked_as.as_str());
        cx.say(listed(asked));
        Ok(interfaces)
    }

    async fn document_dependencies(
        &self,
        cx: &StepContext,
        boundaries: &ServiceBoundaries,
        interfaces: &ServiceInterfaces,
    ) -> StepResult<DependencyMap> {
        let map = dependencies::document(boundaries, interfaces)?;
        for it in &map.dependencies {
            cx.say(format_args!(
                "{} is there {} % of the time; while it is away {}",
                it.name, it.availability_percent, it.when_away
            ));
        }
        Ok(map)
    }

    async fn define_service_levels(
        &self,
        cx: &StepContext,
        charter: &ServiceCharter,
        _interfaces: &ServiceInterfaces,
        dependencies: &DependencyMap,
    ) -> StepResult<ServiceLevels> {
        let levels = levels::define(charter, dependencies);
        for objective in &levels.objectives {
            cx.say(format_args!(
                "`{}`: {} % {}",
                objective.name, objective.target_percent, objective.good_when
            ));
        }
        Ok(levels)
    }
}
